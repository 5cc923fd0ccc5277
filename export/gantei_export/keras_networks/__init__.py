"""What a Keras configuration says: the layers and their calls."""
