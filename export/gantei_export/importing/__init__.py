"""`gantei import`: from a downloaded file to an installed estimator."""
