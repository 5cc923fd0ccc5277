"""`gantei federate`: several hospitals learn one estimator together, by passing signed files."""
