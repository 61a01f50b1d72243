"""The catalogue of events that can be subscribed to."""
