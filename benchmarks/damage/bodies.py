"""Damage in what is sent: forms, pictures and JSON."""

import json

from .pieces import FORMATS, MARK, NAME, POSTED, head, mutated, part, picture

FORM = "multipart/form-data; boundary=b"


def field(name, value):
    return (
        f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
    )


def damaged_form(rng):
    parts = b"".join(part(picture(rng.choice(FORMATS))) for _ in range(rng.randint(1, 4)))
    body = mutated(rng, parts + rng.choice([b"--b--\r\n", b"--b--", b"--b", b""]), 4)
    kind = rng.choice(
        [FORM] * 6
        + [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=" + "b" * 5000,
            'multipart/form-data; boundary="b',
            "multipart/form-data; boundary=田",
            "multipart/mixed; boundary=b",
            "multipart/form-data; boundary=b; charset=\0",
            "multipart/form-data; boundary*=utf-8''b",
            "Tanaka/x",
        ]
    )
    return head(
        rng, rng.choice(POSTED[:2]), len(body), kind
    ) + body, "\0" not in kind and kind.isascii()


def odd_parts(rng):
    long = rng.choice([MARK[0], MARK[0] * 5000])
    piece = rng.choice(
        [
            part(b"x", name=long),
            part(b"x", file=long),
            part(b"x", name=""),
            part(b"x", file=""),
            b"--b\r\n\r\nTanaka\r\n",
            b"--b\r\nx: " + long.encode() + b"\r\n\r\n\r\n",
            field("explain", long.encode()),
            field("estimators", long.encode()),
            field("estimators", rng.randbytes(30)),
            field("photographs", b"http://127.0.0.1:1/Tanaka"),
            b"--b\r\ncontent-disposition: ; name*=utf-8''%FF; filename*=x\r\n\r\nTanaka\r\n",
            b'--b\r\ncontent-disposition: form-data; name="photographs"; filename="\xff\xfe\0"\r\n'
            b"content-transfer-encoding: base64\r\ncontent-type: \0/\xff\r\n\r\nAAAA\r\n",
        ]
    )
    body = piece * rng.choice([1, 1, 2, 150]) + part(picture("PNG")) + b"--b--\r\n"
    return head(rng, rng.choice(POSTED[:2]), len(body), FORM) + body, True


def damaged_picture(rng):
    data = picture(rng.choice(FORMATS))
    match rng.randrange(4):
        case 0:
            data = data[: rng.randrange(len(data))]
        case 1:
            data = mutated(rng, data)
        case 2:
            at = rng.randrange(min(200, len(data)))  # where the formats say how large they are
            data = data[:at] + rng.randbytes(rng.randint(1, 4)) + data[at + 4 :]
        case 3:
            data = rng.choice(
                [
                    b"",
                    b"\0" * 500,
                    b"%PDF-1.4 Tanaka",
                    b"<svg onload='Tanaka'/>",
                    rng.randbytes(300),
                ]
            )
    if rng.random() < 0.3:
        kind = rng.choice(
            ["image/jpeg", "image/png", "image/", "image/svg+xml", "image/*", "IMAGE/x; y=Tanaka"]
        )
        return head(rng, "/v1/predict", len(data), kind) + data, True
    body = part(data) + part(picture("PNG")) + b"--b--\r\n"
    return head(rng, "/v1/predict", len(body), FORM) + body, True


def damaged_json(rng):
    value = {
        "photographs": NAME,
        "inputs": [
            {
                "name": "photograph",
                "shape": [1],
                "datatype": "BYTES",
                "parameters": {"content_type": "base64"},
                "data": ["VGFuYWth"],
            }
        ],
    }
    text = rng.choice(
        [
            json.dumps(value),
            "[" * 100_000,
            "{" * 5000,
            "1" * 5000,
            '"\\ud800"',
            "NaN",
            "null",
            json.dumps({"inputs": rng.choice([None, 1, [], [None], [{}], "Tanaka", {"a": 1}])}),
        ]
    )
    body = mutated(rng, text.encode(), 3) if rng.random() < 0.6 else text.encode()
    kind = rng.choice(
        [
            "application/json",
            "application/json; charset=utf-99",
            "application/octet-stream",
            "text/plain",
        ]
    )
    start = head(rng, rng.choice(POSTED), len(body), kind)
    if rng.random() < 0.3:  # Triton's binary extension
        length = rng.choice([0, 5, -1, "x", 10**20])
        start = start[:-2] + f"inference-header-content-length: {length}\r\n\r\n".encode()
    return start + body, False


def odd_json_fields(rng):
    text = rng.choice(
        [
            "[" * 3000,
            '["\\ud800"]',
            "1e400",
            '{"a":1}',
            "null",
            '"Tanaka',
            '["demo-age", 5]',
            '"' + MARK[0] * 100 + '"',
        ]
    )
    name = rng.choice(["estimators", "explain", "Tanaka"])
    body = field(name, text.encode()) + part(picture("PNG")) + b"--b--\r\n"
    return head(rng, "/bentoml/predict", len(body), FORM) + body, True
