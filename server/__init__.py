"""The web application: wiring, people, pages and the domain of production and service."""
