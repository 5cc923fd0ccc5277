"""What lies in the folder of an estimator that was imported or changed."""
