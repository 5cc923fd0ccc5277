"""What runs once for each model: Keras files in, checked ONNX estimators out."""
