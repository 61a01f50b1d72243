"""reports: incidents of abuse, and who handles them."""
