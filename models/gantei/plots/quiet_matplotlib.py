"""matplotlib, imported so that it writes nothing below the user's home.

On import, matplotlib lists the fonts of the machine (on Linux by `fc-list`, which writes a cache of
its own) and keeps the list below the home folder. Here both go to a temporary folder, which is
removed when the process ends. What `matplotlibrc` files say is read, and has no say in our figures:
`style` draws with matplotlib's own defaults.
"""

import atexit
import os
import shutil
import sys
import tempfile
from types import ModuleType

from ..errors import MissingExtraError
from ..system.install_command import how_to_add

_KEPT_THERE = ("MPLCONFIGDIR", "XDG_CACHE_HOME")


def quiet_matplotlib() -> ModuleType:
    """Give matplotlib, with what draws figures; as the caller has it, where it is imported already.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        if "matplotlib.font_manager" not in sys.modules:
            _import_apart()
        import matplotlib
        import matplotlib.figure
    except ImportError as error:
        raise MissingExtraError(
            f"figures need matplotlib ({error}): {how_to_add('study')}"
        ) from error
    return matplotlib


def _import_apart() -> None:
    folder = tempfile.mkdtemp(prefix="gantei-matplotlib-")
    # Not removed at once: matplotlib remembers the folder, and a caller may go on to use it.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    before = {name: os.environ.get(name) for name in _KEPT_THERE}
    os.environ.update(dict.fromkeys(_KEPT_THERE, folder))
    try:
        import matplotlib.font_manager  # noqa: F401
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
