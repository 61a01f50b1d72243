"""Official accounts, as far as incidents need to know them: a read model of the registry."""
