"""The version of gantei, which results, bundles and requests name."""

__version__ = "0.1.0"
