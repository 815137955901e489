"""The engine: entries in, documents out. It knows no lot and no web framework; kinds are passed in."""
