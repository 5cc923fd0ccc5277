"""What a downloaded file is, told by its content."""
