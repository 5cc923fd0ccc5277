"""A federation whose messages Flower carries over a network: the same files, passed by nobody."""
