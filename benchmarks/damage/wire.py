"""Damage on the wire: heads, lengths, chunks, addresses and other protocols."""

import string

from .pieces import FETCHED, MARK, POSTED, head, mutated, part, picture

FORM = "multipart/form-data; boundary=b"


def damaged_head(rng):
    body = part(picture("PNG")) + b"--b--\r\n"
    path = rng.choice(POSTED + FETCHED)
    method = rng.choice(["POST", "GET", "HEAD", "PUT", "BREW"])
    return mutated(rng, head(rng, path, len(body), FORM, method)) + body, False


def huge_head(rng):
    many = rng.choice([(1, 20_000), (1, 400_000), (90, 500), (3000, 10)])
    lines = "".join(
        f"x-{MARK[1].encode().hex()}-{n}: {MARK[0] * (many[1] // 6)}\r\n" for n in range(many[0])
    )
    path = rng.choice(FETCHED) + rng.choice(["", "/" + MARK[2] * rng.choice([10, 2000, 20_000])])
    return f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n".encode(), False


def wrong_length(rng):
    body = part(picture("PNG")) + b"--b--\r\n"
    length = rng.choice(
        [
            0,
            1,
            len(body) - 1,
            len(body) // 2,
            len(body) + 1,
            10**6,
            10**18,
            10**30,
            -1,
            "x",
            "1e3",
            "",
            "0x10",
            "+5",
            f"{len(body)}, {len(body)}",
            f"{len(body)}\r\ncontent-length: 3",
            " ",
            "٣",
        ]
    )
    return head(rng, rng.choice(POSTED), length, FORM) + body, False


def chunked_nonsense(rng):
    body = part(picture("PNG")) + b"--b--\r\n"
    start = head(rng, rng.choice(POSTED), None, FORM)[:-2]
    start += rng.choice([b"", b"content-length: 5\r\n"]) + b"transfer-encoding: "
    start += (
        rng.choice(
            [
                b"chunked",
                b"chunked",
                b"chunked",
                b"gzip, chunked",
                b"identity",
                b"xchunked",
                b"chunked, chunked",
                b"\x0bchunked",
            ]
        )
        + b"\r\n\r\n"
    )
    size = f"{len(body):x}".encode()
    chunk = rng.choice(
        [
            size + b"\r\n" + body + b"\r\n0\r\n\r\n",
            b"zz\r\n" + body,
            b"-5\r\n" + body,
            b"ffffffffffffffff\r\n" + body,
            size + b";" + MARK[0].encode() * 3000 + b"\r\n" + body + b"\r\n0\r\n\r\n",
            size + body,
            b"\r\n\r\n",
            size + b"\r\n" + body + b"0\r\n\r\n",
            b"0\r\n" + b"x: Tanaka\r\n" * 300 + b"\r\n",
            b"1\r\n-\r\n" * 500 + b"0\r\n\r\n",
        ]
    )
    return start + rng.choice([chunk, mutated(rng, chunk)]), False


def odd_address(rng):
    path = rng.choice(
        [
            "*",
            "http://example.org/Tanaka",
            "//",
            "/v1//predict",
            "/%00",
            "/%ff%fe",
            "/v1/estimators/%2e%2e/x",
            "/v1/estimators/../../etc/passwd",
            "/v1/estimators/demo-age/files/..%2f..%2fTanaka",
            "/" + "%41" * 3000,
            "/v1/estimators/田中",
            "/v1/estimators/" + "x" * 8000,
            "/\u202eTanaka",
            "/?" + "a=b&" * 5000,
            "?",
            "/#Tanaka",
            "/v1/predict?estimators=%ZZ&explain=%00",
            "/v1/estimators/{name}",
            "/v1/estimators/%0d%0aTanaka",
            rng.choice(FETCHED),
        ]
    )
    lines = rng.choice(
        [
            "range: bytes=5-1",
            "range: bytes=" + "0-1," * 2000,
            "range: Tanaka",
            "range: bytes=-0",
            "range: bytes=99999999999999-",
            "if-none-match: " + '"' * 5000,
            "if-range: Tanaka",
            "accept: text/html;q=Tanaka",
            "accept: " + "," * 3000,
            "accept: text/html;q=nan",
            "authorization: Bearer Tanaka",
            "authorization: " + "Basic " * 900,
            "cookie: Tanaka=\xff",
            "expect: 100-continue",
            "upgrade: websocket\r\nconnection: upgrade",
            "upgrade: h2c\r\nconnection: upgrade, http2-settings",
            "connection: close, Tanaka",
            "host: Tanaka\r\nhost: Hanako",
            "x-request-id: Tanaka\r\nx-forwarded-for: Tanaka",
        ]
    )
    method = rng.choice(
        ["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "TRACE", "DELETE", "CONNECT", "Tanaka"]
    )
    return f"{method} {path} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n\r\n".encode(), False


def pipelined(rng):
    body = part(picture("PNG")) + b"--b--\r\n"
    first = head(rng, "/v1/predict", len(body), FORM) + body
    return first * rng.randint(1, 3) + mutated(rng, first), False


def another_protocol(rng):
    data = rng.choice(
        [
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(200),
            b"GET /\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\r\n" * 500,
            b"\0" * 5000,
            rng.randbytes(rng.randint(1, 3000)),
            "".join(rng.choices(string.printable, k=800)).encode(),
            b"SSH-2.0-Tanaka\r\n",
            b"GET / HTTP/1.1\r\n" + b"x" * 100_000,
            b"POST /v1/predict HTTP/1.1\nhost: x\ncontent-length: 3\n\nabc",
        ]
    )
    return data, False
