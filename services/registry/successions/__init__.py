"""Mergers, splits, renamings, dissolutions and moves of agencies."""
