"""The demo plant: a valve maker and its service region, as entries for the journal."""
