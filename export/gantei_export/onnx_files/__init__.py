"""ONNX files of strangers: read as data within bounds, tried in a process of their own, adopted."""
