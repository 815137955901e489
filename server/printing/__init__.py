"""Printing: labels onto paper; printers by setting, a queue that survives, what came of it."""
