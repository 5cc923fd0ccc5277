"""`gantei records`: recorded sexes and ages that the photographs contradict."""
