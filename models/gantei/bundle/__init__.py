"""Bundles: a folder with everything that a machine without internet installs and serves from.

`building.make_bundle` makes one. What stands in `carried` goes into it as it is: `verify.py` and
`install.py` run there with Python's standard library alone, `install.py` with no network.
"""
