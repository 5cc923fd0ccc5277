"""The folder that `gantei evaluate` writes: page, figures, tables, methods, checklist."""
