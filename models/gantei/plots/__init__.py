"""Figures for paper and screen: readable in black and white, drawn by matplotlib."""
