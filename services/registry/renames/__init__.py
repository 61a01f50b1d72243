"""Accounts with another handle or another name: proposed by one person, approved by another."""
