"""How text reaches a terminal: tables, and progress of long work."""
