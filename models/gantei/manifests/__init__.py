"""What is known of an estimator without opening its weights."""
