"""`gantei optimise`: lighter variants of an estimator, each behind a measurement on photographs."""
