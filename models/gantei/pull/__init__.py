"""`gantei pull`: an estimator from elsewhere becomes one of the store.

`sources` tells what a source's name means; `hub`, `address`, `service` and `disk` open one kind
each, and `fetching` takes the files of any of them into the store.
"""

KINDS = (
    "hf:ORG/REPO@COMMIT, the address of a folder, a .zip or an estimator.toml (https://…), that of "
    "a machine where gantei serves (http://HOST:PORT), or a folder or .zip on this disk"
)
"""The sources that `--from` takes."""
