"""What survives: real senders, servers and providers, broken on purpose, and counted.

``./faults`` starts everything itself, on this machine only, and stops all of it. What happened is
judged by those who cannot share a mistake with the product: the providers' own logs, the clients'
own ledgers, and a checker with its own connection.
"""
