"""Deliveries: one event to one subscription, tried until it arrives."""
