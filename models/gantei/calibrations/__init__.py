"""Calibrations of an estimator at a site: the file, its place, what it adds to an estimate."""
