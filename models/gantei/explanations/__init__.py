"""Why an estimator answers what it does, in numbers and as a picture."""
