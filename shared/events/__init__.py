"""The contracts between the services, one module per publisher. Never changed once released."""
