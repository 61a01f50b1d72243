"""Mechanisms that the three services share. Imports no service."""
