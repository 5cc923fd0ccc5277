"""How an extra is added to the gantei that is running, as it was installed."""

import json
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit


def how_to_add(extras: str) -> str:
    """Give the command that adds extras to this installation of gantei.

    Args:
        extras: their names, with commas between.

    Returns:
        A command of this Python's pip, or of pipx or uv where they made its environment: of a
        checkout, a folder, a wheel, a commit, or of gantei by its name.

    >>> from gantei.system.install_command import how_to_add
    >>> "[study,xlsx]" in how_to_add("study,xlsx")
    True
    """
    return _command(_requirement(extras, json.loads(_origin() or "{}")), PurePath(sys.prefix))


def how_to_install(package: str) -> str:
    """Give the command that installs a package beside this gantei, as `how_to_add` does."""
    return _command(package, PurePath(sys.prefix))


@cache
def _origin() -> str | None:
    """Read where gantei was installed from, as pip and others keep it (PEP 610)."""
    try:
        return distribution("gantei").read_text("direct_url.json")
    except PackageNotFoundError:
        return None


def _command(wanted: str, prefix: PurePath) -> str:
    # `pipx install` and `uv tool install` would take away the extras that are there already.
    if "pipx" in prefix.parts[-3:]:
        return f"pipx runpip gantei install {wanted}"
    if prefix.parts[-3:-1] == ("uv", "tools"):
        return f'uv pip install --python "{prefix}" {wanted}'
    return f"pip install {wanted}"


def _requirement(extras: str, origin: dict[str, Any]) -> str:
    address = str(origin.get("url", ""))
    if not address:
        return f'"gantei[{extras}]"'
    if origin.get("dir_info", {}).get("editable"):
        from urllib.request import url2pathname  # which imports a good deal

        return f'-e "{url2pathname(urlsplit(address).path)}[{extras}]"'
    if told := origin.get("vcs_info"):
        address = f"{told['vcs']}+{address}@{told['commit_id']}"
    return f'"gantei[{extras}] @ {address}"'
