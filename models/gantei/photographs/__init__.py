"""From a photograph's bytes to what a network sees."""
