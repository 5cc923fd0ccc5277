"""The wheels of a bundle: those that the exact versions name, and gantei's own."""

import base64
import hashlib
import re
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ..errors import MissingExtraError, OutputError, TransferError
from ..system.files import sha256_of
from ..system.python_command import python_command
from ..terminal.progress import step
from .checkout import CHECKOUT, is_checkout
from .targets import Requirement, Target

LONGEST_DOWNLOAD = 3600
"""Seconds for the wheels of one kind of machine."""
# What an installer adds; the wheel had none of it.
_INSTALLERS = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}
_MOMENT = (2020, 2, 2, 0, 0, 0)


def download(requirements: Sequence[Requirement], targets: Sequence[Target], into: Path) -> None:
    """Bring the wheels of every target into a folder, from where pip is set up to take them.

    pip compares every file with the hashes of its requirement, so any mirror will do.

    Raises:
        TransferError: a wheel is not there, or not the one that was hashed.
    """
    for target in targets:
        # pip would ask the conditions about this machine, not about the target: ask them here.
        needed = [each for each in requirements if each.holds(target)]
        lines = (f"{each.name}=={each.version}{_marks(each)}\n" for each in needed)
        wanted = into.parent / ".wanted.txt"
        wanted.write_text("".join(lines), "utf-8")
        tags = [word for tag in target.tags for word in ("--platform", tag)]
        kind = f"for {target.platform}, Python {target.python}"
        with step(f"fetching {len(needed)} wheels {kind}"):
            _pip(
                f"the wheels {kind}",
                *("download", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
                *("--implementation", "cp", "--python-version", target.python, *tags),
                *("--dest", str(into), "--requirement", str(wanted)),
            )
        wanted.unlink()


def _marks(requirement: Requirement) -> str:
    return "".join(f" --hash=sha256:{each}" for each in sorted(requirement.hashes))


def own_wheel(into: Path) -> Path:
    """Make gantei's own wheel: in a checkout built from it, else the installed files put together.

    Raises:
        TransferError: the checkout does not build.
        OutputError: an installed file is not what its installation recorded.
    """
    if not is_checkout():
        return _put_together(into)
    before = set(into.iterdir())
    _pip(
        "gantei's own wheel",
        *("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(into), str(CHECKOUT)),
    )
    (made,) = set(into.iterdir()) - before
    return made


def _pip(what: str, *arguments: str) -> None:
    command = python_command("pip", "--quiet", "--disable-pip-version-check")
    try:
        done = subprocess.run(  # noqa: S603 - this Python's own pip
            [*command, *arguments],
            capture_output=True,
            text=True,
            timeout=LONGEST_DOWNLOAD,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TransferError(f"{what}: pip took longer than {LONGEST_DOWNLOAD} s") from error
    if "No module named pip" in done.stderr:
        raise MissingExtraError(f"{what}: this Python has no pip; run: python -m ensurepip")
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        lines = lines or done.stderr.splitlines()[-3:]
        raise TransferError(
            f"{what} could not be had; pip says: {' '.join(lines)}. Is the package registry within "
            "reach (pip config list shows index, proxy and certificate)?"
        )


def _put_together(into: Path) -> Path:
    """Zip the installed files as a wheel again, each compared with its recorded hash."""
    from importlib.metadata import distribution

    installed = distribution("gantei")
    wheel = into / f"gantei-{installed.version}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(installed.files or (), key=str):
            name = file.as_posix()
            if file.hash is None or ".." in file.parts or file.name in _INSTALLERS:
                continue
            content = Path(str(installed.locate_file(file))).read_bytes()
            if _digest(content) != file.hash.value:
                raise OutputError(f"{name} is not as it was installed; install gantei anew")
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
            record.append(f"{name},sha256={file.hash.value},{len(content)}\n")
        folder = re.sub(r"-py3-none-any\.whl$", ".dist-info", wheel.name)
        record.append(f"{folder}/RECORD,,\n")
        content = "".join(record).encode()
        archive.writestr(zipfile.ZipInfo(f"{folder}/RECORD", _MOMENT), content)
    return wheel


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def pinned_lines(requirements: Sequence[Requirement], wheels: Path, own: Path) -> str:
    """Write the requirements that a folder of wheels fulfils, each with its wheels' hashes alone.

    Raises:
        OutputError: a wheel is in nobody's list.
    """
    hashes = {sha256_of(path): path for path in sorted(wheels.iterdir()) if path != own}
    lines = []
    for each in requirements:
        if matching := sorted(each.hashes & hashes.keys()):
            lines.append(each.line(matching))
            for digest in matching:
                del hashes[digest]
    if hashes:
        names = ", ".join(path.name for path in hashes.values())
        raise OutputError(f"wheels that no exact version names: {names}")
    version = own.name.split("-")[1]
    mine = Requirement("gantei", version, "", frozenset())
    return "".join(lines) + mine.line([sha256_of(own)])
