"""The Keras layers that can be converted: one function each, found by `registry`."""
