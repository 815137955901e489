"""Lateness: what a device delivers long after it was recorded becomes a case for who decides.

Noted in the transaction that takes it, told after the commit: who dies in between tells it when it
starts again.
"""
