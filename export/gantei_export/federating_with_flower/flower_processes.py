"""The programs of Flower that one command starts: together, watched, and ended with it."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gantei.system.python_command import programs_folder, python_command

from .carried_rounds import FlowerError
from .flower_certificate import write_private
from .flower_install import flower_environment

_PATIENCE = 20.0
"""Seconds to end by themselves."""
_LOOK = 0.3
ROOM = f"{__package__}."


@dataclass
class FlowerPrograms:
    """What was started, and where it writes.

    Attributes:
        folder: of this command, which nobody else can read.
        running: each program by what it is.
    """

    folder: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """What the programs write, Flower's lines and gantei's."""
        return self.folder / "flower.log"

    def start(
        self,
        what: str,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        secret: tuple[str, bytes] | None = None,
    ) -> None:
        """Start a program of this environment; a module's name starts that module.

        Args:
            what: it is.
            arguments: of it, its own name first.
            environment: more than all get.
            secret: an option that wants a file, and what is in it; the program gets a pipe
                instead, so that it stands on no disk.

        Raises:
            OSError: it cannot be started.
        """
        program = [str(programs_folder() / arguments[0]), *arguments[1:]]
        if arguments[0].startswith(ROOM):
            program = python_command(*arguments)
        more: list[str] = []
        passed: tuple[int, ...] = ()
        if secret:
            reading, writing = os.pipe()
            os.write(writing, secret[1])  # a key is smaller than what a pipe holds
            os.close(writing)
            more, passed = [secret[0], f"/dev/fd/{reading}"], (reading,)
        with self.log.open("ab") as log:
            self.running[what] = subprocess.Popen(  # noqa: S603 - Flower's own programs
                [*program, *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**flower_environment(self.folder), **(environment or {})},
                pass_fds=passed,
            )
        for each in passed:
            os.close(each)

    def check(self) -> None:
        """See that all are still running.

        Raises:
            FlowerError: one has ended.
        """
        for what, program in self.running.items():
            if (code := program.poll()) is not None:
                raise FlowerError(
                    f"the {what} ended with exit code {code}; {self.log} says why. A site comes "
                    "after the coordinator's command has said that it waits for sites, and is let "
                    "in by the key that --trust named there"
                )

    def wait_for(self, path: Path) -> None:
        """Wait until a program has written a file, as long as all of them are running.

        Raises:
            FlowerError: one has ended.
        """
        while not path.exists():
            self.check()
            time.sleep(_LOOK)

    def wait_for_port(self, host: str, port: int) -> None:
        """Wait until one of them listens.

        Raises:
            FlowerError: one has ended.
        """
        while True:
            self.check()
            try:
                socket.create_connection((host, port), timeout=1).close()
            except OSError:
                time.sleep(_LOOK)
            else:
                return

    def secret_file(self, name: str) -> Path:
        """Draw a secret that two programs share, in a file.

        Raises:
            OutputError: it cannot be written.
        """
        path = self.folder / name
        write_private(path, secrets.token_bytes(32))
        return path


@contextmanager
def flower_programs(folder: Path) -> Iterator[FlowerPrograms]:
    """Start programs in the block; at its end they end, and their secrets are removed."""
    programs = FlowerPrograms(folder)
    # Asked to end, this command takes its programs with it.
    before = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield programs
    finally:
        signal.signal(signal.SIGTERM, before)
        for each in reversed(programs.running.values()):
            each.terminate()
        until = time.monotonic() + _PATIENCE
        for each in reversed(programs.running.values()):
            try:
                each.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()
        for secret in folder.glob("*.secret"):
            secret.unlink()


def free_port() -> int:
    """Find a port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def parent_arguments() -> list[str]:
    """Arguments by which a SuperExec ends with this process, even where it is killed."""
    return ["--parent-pid", str(os.getpid())]
