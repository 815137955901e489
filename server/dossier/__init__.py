"""Dossiers: all there is of one document, for somebody who must check it years later.

What is gathered is `gathered`'s (also as JSON); `paper` prints it, `table` is the CSV.
Nothing here writes.
"""
