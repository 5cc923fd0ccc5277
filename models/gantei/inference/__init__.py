"""From photographs to predictions: one network on ONNX Runtime, and many photographs in order."""
