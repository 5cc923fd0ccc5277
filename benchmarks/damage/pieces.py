"""What damaged requests are made of."""

from functools import cache
from io import BytesIO

from PIL import Image

MARK = ("Tanaka", "田中", "Hanako", "19530412")
"""Of an invented patient; in every request, and in no log."""
NAME = "Tanaka-Hanako-19530412-田中.jpg"
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP")
POSTED = ("/v1/predict", "/bentoml/predict", "/v2/models/demo-age/infer")
FETCHED = (
    "/v1/estimators",
    "/v1/estimators/demo-age",
    "/v1/estimators/demo-age/card",
    "/v1/estimators/demo-age/files/model.onnx",
    "/metrics",
    "/readyz",
    "/openapi.json",
    "/v2",
    "/v2/models/demo-age",
    "/schema.json",
    "/",
    "/docs",
)


def head(rng, path, length=None, kind=None, method="POST"):
    asked = rng.choice(["", "", f"?patient={MARK[0]}"])
    lines = ["host: localhost", f"x-p: {MARK[0]}"]
    lines += [] if length is None else [f"content-length: {length}"]
    lines += [] if kind is None else [f"content-type: {kind}"]
    rng.shuffle(lines)
    return "\r\n".join([f"{method} {path}{asked} HTTP/1.1", *lines, "", ""]).encode()


@cache
def picture(kind):
    file = BytesIO()
    ramp = Image.linear_gradient("L").resize((90, 90))
    Image.merge("RGB", [ramp, ramp.rotate(90), ramp]).save(file, kind)
    return file.getvalue()


def part(data, name="photographs", file=NAME):
    disposition = f'content-disposition: form-data; name="{name}"; filename="{file}"'
    return b"--b\r\n" + disposition.encode() + b"\r\n\r\n" + data + b"\r\n"


def mutated(rng, data, most=8):
    """Bytes changed, dropped, doubled, moved or put in."""
    found = bytearray(data)
    for _ in range(rng.randint(1, most)):
        at = rng.randrange(len(found) + 1)
        size = rng.choice([1, 1, 2, 8, 40])
        match rng.randrange(5):
            case 0:
                found[at : at + size] = rng.randbytes(size)
            case 1:
                del found[at : at + size]
            case 2:
                found[at:at] = found[at : at + size]
            case 3:
                found[at:at] = rng.choice(
                    [b"\0", b"\r\n", b"\n", b"\r", b":", b"\xff", b" ", b"--b"]
                )
            case 4:
                found[at : at + 1] = (
                    bytes([found[at] ^ 1 << rng.randrange(8)]) if at < len(found) else b""
                )
    return bytes(found)
