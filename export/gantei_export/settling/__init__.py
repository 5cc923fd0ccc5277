"""`gantei settle`: unknown facts of an estimator, settled on photographs with known labels."""
