"""The clients of the soak: steady ones, bursts, very large pictures, and those that misbehave."""

import contextlib
import http.client
import random
import time
from concurrent.futures import ThreadPoolExecutor

from known_answers import send
from running import LOOPBACK

BURST = 40
LIMIT = 4_000_000
"""Bytes of a body; little, so that the clients that send too much are soon refused."""
STALLED = 408


def steady(server, pictures, tally, over, seed):
    """Photographs without a pause, on one connection."""
    rng = random.Random(seed)
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=90)
    while not over.is_set():
        send(server, pictures, pictures.chosen(rng, rng.randint(1, 5)), tally, "steady", connection)
    connection.close()


def bursts(server, pictures, tally, over, every):
    """39 good pictures and 1 bad, each in a request of its own, at once."""
    numbers = [-1] + [n % pictures.usual for n in range(BURST - 1)]
    while not over.wait(every):
        with ThreadPoolExecutor(BURST) as clients:
            for number in numbers:
                what = "burst, a good picture" if number >= 0 else "burst, a bad picture"
                clients.submit(send, server, pictures, [number], tally, what)


def large(server, pictures, tally, over):
    """Very large pictures beside a small one."""
    numbers = [0, *range(pictures.usual, len(pictures.good))]
    while not over.wait(2):
        for number in numbers[1:]:
            send(server, pictures, [0, number], tally, "large pictures")


def vanishing(server, pictures, tally, over):
    """Clients that go in the middle of the body, or before the answer."""
    rng = random.Random(1)
    while not over.wait(0.2):
        request = raw(server, *pictures.body(pictures.chosen(rng, 3)))
        with contextlib.suppress(OSError), server.connect() as connection:
            connection.sendall(request[: rng.choice([len(request), rng.randrange(len(request))])])
        tally.add("vanished")


def oversized(server, tally, over):
    """Bodies above the limit, announced or not."""
    announced = raw(server, b"", "image/jpeg", LIMIT + 1)
    chunked = raw(server, b"", "image/jpeg", None) + b"10000\r\n" + bytes(65536) + b"\r\n"
    while not over.wait(0.5):
        tally.add("oversized", expected(server, [announced], 413))
        chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
        pieces = [chunked] + [chunk] * (LIMIT // 65536 + 1)
        tally.add("oversized", expected(server, pieces, 413))


def slow(server, pictures, tally, over):
    """Bodies that trickle are waited for; those that stall are given up."""
    while not over.is_set():
        request = raw(server, *pictures.body([0]))
        step = len(request) // 5 + 1
        pieces = [request[at : at + step] for at in range(0, len(request), step)]
        tally.add("trickling", expected(server, pieces, 200, pause=0.5))
        tally.add("stalled", expected(server, [raw(server, b"x", "image/jpeg", 9)], STALLED))


def stalling(reader, over, every):
    """Read the log, or leave it, in turn."""
    while not over.wait(every):
        if reader.stands_still.is_set():
            reader.stands_still.clear()
        else:
            reader.stands_still.set()
    reader.stands_still.clear()


def raw(server, body, kind, length=-1):
    """Head and body for the wire; a length of None stands for chunks."""
    said = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    said = f"content-length: {len(body)}" if length == -1 else said
    said += "".join(f"\r\n{name}: {value}" for name, value in server.headers.items())
    head = f"POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n{said}\r\n\r\n"
    return head.encode() + body


def expected(server, pieces, status, pause=0.0):
    """Send pieces; say what is wrong with the answer's status, if it is another."""
    received = b""
    with contextlib.suppress(OSError), server.connect() as connection:
        with contextlib.suppress(OSError):  # refused while it was sent
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        received = connection.recv(65536)
    given = received[9:12].decode()
    return "" if given in (str(status), "503") else f"status {given or 'none'}, not {status}"
