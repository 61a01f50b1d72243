"""The closed list of harms."""
