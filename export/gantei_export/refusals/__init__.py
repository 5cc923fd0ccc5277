"""What is said of a file that is refused: what a library's error means, and other ways."""
