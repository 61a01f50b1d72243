"""Memberships: who may act for an agency, for those whose tokens do not say it."""
