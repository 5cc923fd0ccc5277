"""Publishing an estimator: its folder, with card and signature, to a hub."""
