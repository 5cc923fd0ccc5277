"""pydicom, imported without requests, by which it would download examples.

Where requests is installed, pydicom imports it, and with it urllib3, which binds a socket to find
out about IPv6. Nothing here opens a socket that nobody asked for. Import this module before any of
pydicom's.
"""

import sys

_OF_EXAMPLES = "requests"

if _OF_EXAMPLES not in sys.modules and "pydicom" not in sys.modules:
    sys.modules[_OF_EXAMPLES] = None  # type: ignore[assignment]  # so that importing it fails
    try:
        import pydicom  # noqa: F401
    finally:
        del sys.modules[_OF_EXAMPLES]
