"""Comparing a converted network with what the framework that it comes from answers."""
