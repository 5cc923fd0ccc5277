"""Statistics of estimates beside the truth: arrays in, figures and intervals out; no files."""
