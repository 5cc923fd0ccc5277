"""Install this bundle, with no network, beside the versions that are there already.

    python3.11 install.py --into /opt/gantei

Every version gets a folder of its own; the link `current` points to the new one at the very end.
Exit code: 0 installed, 1 the bundle is not as it was made, 2 it cannot be installed here.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    del sys.path[0]  # this folder: nothing in it is to run before it is compared with SHA256SUMS

if sys.platform == "win32":
    sys.exit("install.py: this bundle is for Linux")

import argparse
import fcntl
import json
import os
import platform
import runpy
import shutil
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).resolve().parent
# Not imported: Python would take the bytecode in a __pycache__ beside it in its place.
verify = SimpleNamespace(**runpy.run_path(str(HERE / "verify.py")))
DONE = "installed.json"
OPEN_EACH = """import sys, gantei
for each in sys.argv[1:]:
    name, _, site = each.partition("=")
    gantei.load(name, calibration=site or None)
"""
# The bundle's own pip, out of its wheel. As soon as it is imported it would open an IPv6 socket, to
# see whether there are any.
PIP = """import runpy, socket, sys
sys.path.insert(0, sys.argv.pop(1))
socket.has_ipv6 = False
runpy.run_module("pip", run_name="__main__")
"""
LAUNCHER = """#!/bin/sh
# gantei of this version, with its estimators; without a network unless GANTEI_OFFLINE is 0, and
# with an ONNX Runtime that does not report to its maker.
here=$(dirname "$(readlink -f "$0")")
unset PYTHONPATH PYTHONHOME
export GANTEI_HOME="${GANTEI_HOME:-$here/home}" GANTEI_OFFLINE="${GANTEI_OFFLINE:-1}"
export ORT_DISABLE_TELEMETRY=1
exec "$here/bin/gantei" "$@"
"""


class InstallError(Exception):
    """The bundle cannot be installed here; says why and what to do."""

    code = 2


class AlteredError(InstallError):
    """The bundle is not as it was made."""

    code = 1


def checked() -> tuple[dict[str, Any], str]:
    """Give what the bundle says of itself, and the name of its version."""
    try:
        found, _ = verify.differences(str(HERE))
    except (verify.UnreadableError, OSError) as error:
        raise AlteredError(str(error)) from error
    if found:
        raise AlteredError("not as it was made; python3 verify.py tells where. Copy it again")
    facts = json.loads((HERE / "bundle.json").read_text("utf-8"))
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    machine = f"{platform.system().lower()}-{platform.machine()}"
    for kind, given, known in (
        ("Python", python, facts["pythons"]),
        ("the platform", machine, facts["platforms"]),
    ):
        if given not in known:
            raise InstallError(
                f"this is {kind} {given}, and the bundle is for {', '.join(known)}: make one for "
                "it, or run install.py with another Python"
            )
    return facts, "{}-{}".format(facts["gantei"], verify.sha256(str(HERE / verify.SUMS))[:12])


def say(what: str) -> None:
    """Say what is being done: the whole takes a minute or more."""
    sys.stderr.write(f"{what} …\n")
    sys.stderr.flush()


def run(what: str, *command: "str | Path", **environment: str) -> None:
    """Run a command whose words are said only if it fails."""
    done = subprocess.run(  # noqa: S603 - the version's own Python
        [str(word) for word in command],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        close_fds=False,  # the lock is the command's too: it may outlive a killed install.py
        check=False,
    )
    if done.returncode:
        output = done.stdout.decode("utf-8", "replace").strip()
        raise InstallError(f"{what} failed:\n{output}")


def fill(version: Path, facts: dict[str, Any], current: Path) -> None:
    """Make the version's folder: the estimators, its Python, the wheels, which take longest."""
    home = version / "home"
    if (current / "home").is_dir():  # what was imported or trusted here comes along
        unfinished = shutil.ignore_patterns(".lock", ".incoming-*", ".replaced-*")
        shutil.copytree(current / "home", home, ignore=unfinished)
    for name in facts["estimators"]:
        if (home / "estimators" / name).exists():
            shutil.rmtree(home / "estimators" / name)
        shutil.copytree(HERE / "estimators" / name, home / "estimators" / name)
    for name, site in facts["calibrations"].items():
        add_calibration(home, name, site, current)
    say("making a virtual environment")
    venv = ("-m", "venv", "--without-pip", version)
    run("making a virtual environment", sys.executable, "-I", *venv)
    python = version / "bin/python"
    wheels = [*(HERE / "wheels").glob("*.whl")]
    (pip,) = (path for path in wheels if path.name.startswith("pip-"))
    say(f"installing {len(wheels)} wheels")
    run(
        "installing the wheels",
        *(python, "-I", "-c", PIP, pip, "--isolated", "--disable-pip-version-check", "--no-input"),
        *("install", "--quiet", "--no-cache-dir", "--no-index", "--find-links", HERE / "wheels"),
        *("--only-binary=:all:", "--no-deps", "--require-hashes"),
        *("--requirement", HERE / "requirements.txt"),
        PIP_CONFIG_FILE=os.devnull,
    )
    launcher = version / "gantei"
    launcher.write_text(LAUNCHER, "utf-8")
    launcher.chmod(0o755)
    say("opening the estimators")
    ready = [name for name, state in facts["estimators"].items() if state == "ready"]
    sites = {name: f"={site}" for name, site in facts["calibrations"].items()}
    ready = [name + sites.get(name, "") for name in ready]
    closed = {"GANTEI_HOME": str(home), "GANTEI_OFFLINE": "1"}
    run("opening the estimators", *(python, "-I", "-c", OPEN_EACH, *ready), **closed)
    (version / DONE).write_text(json.dumps(facts), "utf-8")


def add_calibration(home: Path, name: str, site: str, current: Path) -> None:
    """Put a calibration where none of its site is; another one there is never replaced."""
    source, above = HERE / "calibrations" / name / site, home / "calibrations" / name
    alike = [path for path in above.glob("*") if path.name.casefold() == site.casefold()]
    if not alike:
        shutil.copytree(source, above / site)
    elif [files_of(path) for path in alike] != [files_of(source)]:
        there = " and ".join(str(current / path.relative_to(home.parent)) for path in alike)
        raise InstallError(
            f"another calibration of {name} at {site} is in {there}, and is not replaced: move it "
            "elsewhere, or make a bundle without this one"
        )


def files_of(folder: Path) -> dict[str, bytes]:
    """Give the files of a folder by their names."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def switch(current: Path, version: Path) -> None:
    """Point the link to the version, in one step."""
    link = current.with_name(".current")
    if link.is_symlink():
        link.unlink()
    link.symlink_to(Path("versions") / version.name)
    link.replace(current)


def install(into: Path) -> None:
    """Install and switch; what was there stays as it is."""
    say("comparing every file with SHA256SUMS")
    facts, name = checked()
    versions, current = into / "versions", into / "current"
    versions.mkdir(parents=True, exist_ok=True)
    for folder in (into, versions):
        if folder.stat().st_mode & stat.S_IWOTH:
            raise InstallError(
                f"{folder}: everybody may write there, and could put a version of their own in "
                f"place of this one: chmod o-w {folder}, or choose another --into"
            )
    with (into / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InstallError(f"another install.py is at work in {into}") from error
        os.set_inheritable(lock.fileno(), True)
        version = versions / name
        before = current.resolve().name if current.is_symlink() else "nothing"
        if not (version / DONE).is_file():
            if version.exists():  # of an install that was stopped
                shutil.rmtree(version)
            fill(version, facts, current)
        switch(current, version)
    sys.stdout.write(f"{current} is now {name} (before: {before})\n")
    sys.stdout.write(f"run: {current / 'gantei'} serve\n")
    if chosen := os.environ.get("GANTEI_HOME"):
        sys.stdout.write(
            f"GANTEI_HOME is set: as long as it is, gantei uses the estimators in {chosen}, not "
            f"this bundle's, which are in {current / 'home'}: unset GANTEI_HOME\n"
        )


def main() -> int:
    """Install, and give the exit code."""
    parser = argparse.ArgumentParser(description="Install this bundle, with no network.")
    parser.add_argument("--into", required=True, type=Path, metavar="DIR", help="such as ~/gantei")
    try:
        install(parser.parse_args().into.resolve())
    except (InstallError, OSError) as error:
        sys.stderr.write(f"install.py: {error}\n")
        return getattr(error, "code", 2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
