"""Following a report by its tracking code, without an account."""
