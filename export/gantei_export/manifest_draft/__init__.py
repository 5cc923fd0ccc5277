"""What becomes a manifest: what the file tells, what the user says, and what is assumed."""
