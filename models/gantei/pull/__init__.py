"""`gantei pull`: an estimator from elsewhere becomes one of the store.

`source_kinds` tells what the name of a source means; `hub`, `address`, `service` and `disk` open
one kind each, `opening` chooses among them, and `fetching` takes the files into the store.
"""
