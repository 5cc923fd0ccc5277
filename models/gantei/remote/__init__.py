"""Asking a server instead of this machine."""
