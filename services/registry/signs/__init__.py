"""Signs that lead from an account to its verification: a badge and a QR code."""
