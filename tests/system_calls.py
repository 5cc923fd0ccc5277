"""What a program did, as the kernel saw it: strace, for native code as well as for Python's own."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NETWORK = ("socket", "socketpair", "bind", "connect", "listen", "accept", "accept4", "sendto",
           "sendmsg", "sendmmsg")  # fmt: skip
FILES = ("open", "openat", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat",
         "renameat2", "link", "linkat", "symlink", "symlinkat")  # fmt: skip
CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\w+)(?:<(.*)>)?(?: E\w+ .*)?$")


def need_strace():
    """Skip the test where strace is not to be had; where `CI` is set, that is a failure."""
    if not shutil.which("strace"):
        reason = "no strace here"
    elif subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], check=False).returncode:
        reason = "strace may not trace here"
    else:
        return
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(f"{reason}, and CI has to prove this")
    pytest.skip(reason)


def traced(into, *command):
    """The words that run a command and write down its calls, a file a thread, in a new folder."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    return [
        "strace", "--follow-forks", "--output-separately", "--seccomp-bpf", "-qq", "-y",
        f"--trace={','.join(NETWORK + FILES)}", "--signal=none",
        "--output", str(into / "calls"), *map(str, command),
    ]  # fmt: skip


def terminate(strace):
    """Send SIGTERM to the traced program; strace itself would leave before it has ended."""
    children = Path(f"/proc/{strace.pid}/task/{strace.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), 15)


class Calls:
    """The calls of all threads of a program: `network` and `written`, each once, sorted."""

    def __init__(self, folder, current):
        network, written = set(), set()
        for file in folder.iterdir():
            for line in file.read_text("utf-8", "replace").splitlines():
                if not (found := CALL.match(line)):
                    continue
                name, arguments, result, opened = found.groups()
                if name in NETWORK:
                    network.add(_contact(name, arguments))
                elif not result.startswith("-"):
                    written.add(_written(name, arguments, opened, current))
        self.network = sorted(network - {None})
        self.written = sorted(written - {None})


def _contact(name, arguments):
    """`connect AF_INET 127.0.0.1:53`; None where bytes follow on a connection that has its line."""
    if name in ("socket", "socketpair"):
        family, kind = arguments.split(", ")[:2]
        return f"{name} {family} {kind.split('|')[0]}"
    if name in ("listen", "accept", "accept4"):
        return name.removesuffix("4")
    if not (family := re.search(r"sa_family=(AF_\w+)", arguments)):
        return None
    path = re.search(r'sun_path=(@?"[^"]*")', arguments)
    host = re.search(r'inet_(?:addr\(|pton\(AF_INET6, )"([^"]*)"', arguments)
    port = re.search(r"sin6?_port=htons\((\d+)\)", arguments)
    address = path[1] if path else f"{host[1]}:{port[1]}" if host and port else ""
    return f"{name} {family[1]} {address}".strip()


def _written(name, arguments, opened, current):
    """The path that a call made or opened for writing; None for one that only reads."""
    if name in ("open", "openat", "creat"):
        if name != "creat" and not re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE", arguments):
            return None
        return opened.removesuffix(" (deleted)") if opened else None
    path = re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)[-1]
    folders = re.findall(r"(?:AT_FDCWD|\d+)<([^>]*)>", arguments)
    return os.path.normpath(Path(folders[-1] if folders else current, path))
