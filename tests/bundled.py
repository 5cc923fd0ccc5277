"""Small wheels, to make bundles of without a package registry."""

import base64
import ensurepip
import hashlib
import os
import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path

from gantei.bundle.targets import Target
from gantei.system.files import sha256_of

HERE = Target("linux-x86_64", f"{sys.version_info.major}.{sys.version_info.minor}")


def write_wheel(folder, name, files):
    """A wheel of version 1.0 that puts files beside the packages; gives its sha256."""
    information = f"{name}-1.0.dist-info"
    files = files | {
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        "License: MIT\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = "".join(
        f"{each},sha256={_base64(text)},{len(text.encode())}\n" for each, text in files.items()
    )
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for each, text in files.items():
            archive.writestr(zipfile.ZipInfo(each), text)
        archive.writestr(
            zipfile.ZipInfo(f"{information}/RECORD"), f"{record}{information}/RECORD,,\n"
        )
    return sha256_of(path)


def pip_wheel():
    """The wheel of pip that comes with every Python, wherever its distributor put it."""
    placed = sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).parent
    (found,) = {path.name: path for path in Path(placed).rglob("pip-*.whl")}.values()
    return found


def _base64(text):
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def lending_registry(folder, patch, hook=""):
    """A list of exact versions, and pip set up to find its wheels and nothing else.

    Beside pip it has one wheel, which lends an installed Python the packages of this one and runs
    `hook` at its start.
    """
    pip = Path(shutil.copy(pip_wheel(), folder))
    lent = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    files = {"lent.pth": "\n".join([*lent, "import lent_hook"]), "lent_hook.py": hook}
    listed = folder / "list.txt"
    listed.write_text(
        "# as compile.sh writes it\n"
        f"lent==1.0 \\\n    --hash=sha256:{write_wheel(folder, 'lent', files)}\n"
        f"pip=={pip.name.split('-')[1]} --hash=sha256:{sha256_of(pip)}\n"
        f"other==2.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{'0' * 64}\n"
    )
    patch.setenv("PIP_CONFIG_FILE", os.devnull)
    patch.setenv("PIP_NO_INDEX", "1")
    patch.setenv("PIP_FIND_LINKS", str(folder))
    return listed
