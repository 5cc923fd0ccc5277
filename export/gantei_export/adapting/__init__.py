"""`gantei adapt`: an estimator of one's own, a new head on an installed estimator's embeddings."""
