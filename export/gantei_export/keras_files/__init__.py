"""Keras' files, opened as data within bounds: their configuration, and which weights are whose."""
