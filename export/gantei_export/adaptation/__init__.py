"""`gantei adapt`: an estimator made from one's own photographs, measured, reported, installed."""
