"""registry: agencies, official accounts, proofs of control, and what a link is."""
