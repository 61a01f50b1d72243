"""What a link is: official, compromised, former or unknown."""
