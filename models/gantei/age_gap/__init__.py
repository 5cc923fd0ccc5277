"""`gantei gap`: estimated minus real age, adjusted, compared between groups and over time."""
