"""The public directory: official accounts, to look through, to take away, and of any day."""
