"""Pages of ended agencies that nobody has taken over: the worklist after a reform."""
