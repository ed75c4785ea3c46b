"""Turn rows into what a page shows: words, numbers and drawings, prepared once.

Presenters read what they are given and decide nothing; they neither query nor write.
"""
