"""From a Keras file to a conversion: no code of the file runs."""
