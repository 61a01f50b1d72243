"""Proofs that an agency controls an account."""
