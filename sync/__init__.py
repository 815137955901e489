"""The engine: entries in, documents out. It knows no lot and no web; kinds are passed in."""
