"""`gantei pull`: an estimator from elsewhere becomes one of the store.

`sources` tells what a source's name means; `hub`, `address`, `service` and `disk` open one kind
each, and `fetching` takes the files of any of them into the store.
"""
