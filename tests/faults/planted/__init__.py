"""Loaded into the processes of ./faults: shorter waits, rows that kill, and planted mistakes.

Nothing here is part of the product, and nothing of the product knows of it.
"""
