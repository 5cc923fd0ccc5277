"""What a Keras configuration says: the layers, their calls, and which weights are whose."""
