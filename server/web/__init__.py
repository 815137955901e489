"""The web: HTTP in and out. Routes parse, call one thing and answer; no rule lives here."""
