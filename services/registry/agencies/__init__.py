"""Agencies: the tree, of any day."""
