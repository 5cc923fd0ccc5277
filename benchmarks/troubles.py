"""What a server may meet on a bad day, brought about on purpose; and how soon it still answers."""

import contextlib
import hashlib
import http.client
import os
import signal
import time
from threading import Event, Thread

import psutil
from running import LOOPBACK

TOKEN = "of-the-benchmark"


def write_token(folder):
    """Write a token file, by whose only token the server may be asked and reloaded."""
    file = folder / "tokens.txt"
    file.write_text(f"reload {hashlib.sha256(TOKEN.encode()).hexdigest()} benchmark\n")
    file.chmod(0o600)
    return file


class Watched(Thread):
    """Asks for /livez again and again while a block runs; how long the answers took.

    Attributes:
        seconds: of each answer; infinite where there was none.
    """

    def __init__(self, server, every=0.05):
        super().__init__()
        self.seconds = []
        self._server, self._every, self._over = server, every, Event()

    def run(self):
        """Ask until the block ends."""
        while not self._over.wait(self._every):
            began = time.monotonic()
            status = self._server.status("GET", "/livez")
            self.seconds.append(time.monotonic() - began if status == 200 else float("inf"))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()


class StalledReader:
    """A pipe for the log, of which nothing is read while it `stands still`.

    Attributes:
        end: what the server writes to.
    """

    def __init__(self):
        self._begin, self.end = os.pipe()
        self.stands_still = Event()
        Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            if self.stands_still.is_set():
                time.sleep(0.1)
            elif not os.read(self._begin, 65536):
                return


def fill_log(server):
    """Ask for nothing until no more lines wait for the log's reader, and the next are dropped."""
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=60)
    while not server.metric("gantei_log_lines_dropped_total"):
        for _ in range(1000):
            connection.request("GET", "/livez")
            connection.getresponse().read()
    connection.close()


def signalled(server, over, every):
    """Send SIGHUP again and again."""
    while not over.wait(every):
        server.process.send_signal(signal.SIGHUP)


def asked_to_reload(server, tally, over, every):
    """Reload by a request again and again; one that fails is wrong."""
    while not over.wait(every):
        status, answer = server.ask("POST", "/v1/reload")
        if status == 503 and b"reload-running" in answer:
            tally.add("reloads that met another")
        else:
            tally.add("reloads", "" if status == 200 else f"status {status}: {answer[:200]!r}")


def kill_decoders(server, tally, over, every):
    """Kill the processes in which pictures are decoded, again and again."""
    while not over.wait(every):
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(server.process.pid).children(recursive=True):
                child.kill()
                tally.add("decoders killed")
