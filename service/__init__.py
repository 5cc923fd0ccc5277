"""What listens on a port. A package, so that a Bento finds it before another's `service.py`."""
