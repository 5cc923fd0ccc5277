"""The file formats of photographs: each in a module of its own, all of them in one table."""
