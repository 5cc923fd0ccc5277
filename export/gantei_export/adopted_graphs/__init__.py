"""ONNX graphs that another program made, brought into the form of our own."""
