"""Files that are code as well as data: TensorFlow opens them, in a process of its own."""
