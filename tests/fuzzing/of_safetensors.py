"""Changes of a `.safetensors` file: its head as JSON, the length of it, and the bytes behind."""

import copy
import json
import struct

from .of_pickles import files
from .values import STRANGE

_DTYPES = ("F64", "F32", "F16", "BF16", "I64", "I8", "U8", "BOOL", "F8_E4M3", "U16", "", "x")
_KEYS = ("dtype", "shape", "data_offsets", "__metadata__", "weight", "", "x")


class Safetensors:
    """A head and a body on their way to a file."""

    def __init__(self, random):
        names = [name for name in files() if name.endswith(".safetensors")]
        data = files()[random.choice(names)]
        (length,) = struct.unpack("<Q", data[:8])
        self.head, self.body = json.loads(data[8 : 8 + length]), data[8 + length :]
        self.more, self.text = 0, None

    def change(self, random):
        """Make one to three changes."""
        for _ in range(random.choice((1, 1, 2, 3))):
            random.choice(_CHANGES)(self, random)

    def write(self, folder, random):
        """Write the file and return its path."""
        head = bytearray(json.dumps(self.head).encode())
        if self.text is not None and head:
            place = int(self.text * len(head))
            head[place : place + random.choice((0, 1, 1, 5))] = random.choice(
                (b"", b"[", b"{", b"}", b'"', b",", b"9", b"-", b"\xff", b"[" * 5000, b"9" * 5000)
            )
        path = folder / "input.safetensors"
        length = max(len(head) + self.more, 0) % 2**64
        path.write_bytes(struct.pack("<Q", length) + head + self.body)
        return path

    def entry(self, random):
        """Choose the facts of a tensor."""
        found = [each for each in self.head.values() if isinstance(each, dict) and "shape" in each]
        return random.choice(found) if found else {}


def _dtype(made, random):
    made.entry(random)["dtype"] = random.choice(_DTYPES)


def _shape(made, random):
    entry = made.entry(random)
    shape = entry.get("shape")
    if isinstance(shape, list) and shape and random.random() < 0.7:
        random.choice((random.shuffle, list.reverse))(shape)
        if random.random() < 0.5:
            shape[0] = random.choice((0, 1, 2, 3, 12, -1, 2**40, 2**63, 1.5))
    else:
        entry["shape"] = random.choice(([], [12], [3, 4], [1] * 9, [0, 2**40], *STRANGE))


def _offsets(made, random):
    entry, other = made.entry(random), made.entry(random)
    entry["data_offsets"] = random.choice(
        (other.get("data_offsets"), [0, len(made.body)], [0], [4, 0], *STRANGE)
    )


def _exchange(made, random):
    one, other = made.entry(random), made.entry(random)
    if one and other:
        one["data_offsets"], other["data_offsets"] = (
            other.get("data_offsets"),
            one.get("data_offsets"),
        )


def _key(made, random):
    name = random.choice(list(made.head) or ["x"])
    made.head[random.choice((*_KEYS, name + "_"))] = copy.deepcopy(
        random.choice((made.head.get(name), *STRANGE))
    )


def _drop(made, random):
    if made.head:
        del made.head[random.choice(list(made.head))]


def _fact(made, random):
    made.entry(random)[random.choice(_KEYS)] = random.choice(STRANGE)


def _length(made, random):
    made.more = random.choice((-1, 1, 8, -8, 10**7, 2**63, -(10**9)))


def _body(made, random):
    made.body = random.choice(
        (made.body[:-1], made.body + b"\0", b"", random.randbytes(len(made.body)))
    )


def _text(made, random):
    made.text = random.random()


_CHANGES = (
    *(_dtype, _shape, _shape, _offsets, _offsets, _exchange, _key, _drop, _fact, _length, _body),
    _text,
)
