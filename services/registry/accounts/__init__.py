"""Official accounts: from draft to retirement."""
