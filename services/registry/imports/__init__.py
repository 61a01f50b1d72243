"""Imports: many accounts or agencies from one table, tried first and explained row by row."""
