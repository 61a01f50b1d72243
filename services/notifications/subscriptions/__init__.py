"""Subscriptions: who wants which events, and where they are sent."""
