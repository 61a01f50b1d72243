"""Accounts that were renamed on their platform: said by one person, approved by another."""
