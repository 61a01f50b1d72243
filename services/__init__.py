"""The three services. Each imports itself and `shared`, never another."""
