"""The layers that can be converted: one function each, found by `gantei_export.registry`."""
