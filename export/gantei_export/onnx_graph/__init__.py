"""The ONNX graph of a converted network: built, explained, checked and written."""
