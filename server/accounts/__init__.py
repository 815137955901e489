"""People as they sign in: passwords, sessions, devices. Roles are the domain's (`person`)."""
