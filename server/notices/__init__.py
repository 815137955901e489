"""Notices: what waits for a person, told to the devices on which they asked for it (Web Push)."""
