"""The domain: document types and entry handlers, a module per noun; pure, no database, no clock."""
