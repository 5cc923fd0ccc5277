"""Architectures that are known: their bodies, and how a network is recognised as one of them."""
