"""The pages of docs/ that are written from the code, and `python -m tests.pages`, which does it."""
