"""Incidents: intake, handling, and what each reader may see."""
