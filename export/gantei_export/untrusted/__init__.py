"""Handling files of strangers: archives within bounds, libraries in processes of their own."""
