"""The public offices that can have an account of their own."""
