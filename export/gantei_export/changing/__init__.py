"""`gantei set`: changing an installed estimator."""
