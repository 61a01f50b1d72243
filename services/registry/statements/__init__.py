"""What an agency says is its own, in the forms that machines look for: trust.txt and schema.org."""
