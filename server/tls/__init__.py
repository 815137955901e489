"""TLS on a plant's own network: a local authority, the server's certificate, and its renewal."""
