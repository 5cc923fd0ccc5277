"""Sheets of crops: many photographs on a page, each beside what the networks see of it."""
