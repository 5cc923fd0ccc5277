"""Sees what Python does while a file is read: no code runs, nothing outside a folder is opened.

Python's audit hooks report it; what the HDF5 library opens by itself they do not see.
"""

import os
import sys
from contextlib import contextmanager

_NEVER = {
    *("code.__new__", "ctypes.dlopen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn"),
    *("os.spawn", "os.startfile", "os.system", "pickle.find_class", "pty.spawn", "shutil.move"),
    *("socket.bind", "socket.connect", "subprocess.Popen", "os.symlink", "os.link"),
}
_BY_IMPORTS = {"exec", "compile", "marshal.loads"}
_PATHS = {"os.chmod", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_state = {"sandbox": None, "broken": None, "hooked": False}


@contextmanager
def forbidden(sandbox):
    """Give a list that fills with what is done within and should not be."""
    if not _state["hooked"]:
        sys.addaudithook(_hook)
        _state["hooked"] = True
    _state["broken"], _state["sandbox"] = [], os.path.realpath(sandbox)
    broken = _state["broken"]
    try:
        yield broken
    finally:
        _state["sandbox"] = None


def _hook(event, arguments):
    if _state["sandbox"] is None:
        return
    if event in _NEVER:
        _state["broken"].append(event)
    elif event in _BY_IMPORTS:
        if not _importing():
            _state["broken"].append(f"{event} {arguments!r:.100}")
    elif event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITING:
            _check(event, path)
    elif event in _PATHS:
        for path in arguments[: 2 if event == "os.rename" else 1]:
            _check(event, path)


def _check(event, path):
    if isinstance(path, int) or path == os.devnull:
        return
    real = os.path.realpath(os.fsdecode(path))
    # A folder's files are removed by their names alone: `rmtree` goes into it by descriptor.
    inside = real.startswith(_state["sandbox"] + os.sep)
    if not inside and not (event in ("os.remove", "os.rmdir") and not os.path.isabs(path)):
        _state["broken"].append(f"{event} {path}")


def _importing():
    """Whether a module is being imported, or a class made by `dataclasses` or `collections`."""
    frame = sys._getframe(2)
    while frame is not None:
        if "importlib" in frame.f_code.co_filename or "namedtuple" in frame.f_code.co_name:
            return True
        frame = frame.f_back
    return False
