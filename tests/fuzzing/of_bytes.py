"""Changes of a file's bytes: flipped, cut, exchanged, spliced with another file's."""

import io
from functools import cache
from pathlib import Path

import h5py
import numpy as np

from .seeds import SUFFIXES, as_keras3, networks, write_form

GENUINE = Path(__file__).parents[1] / "export" / "data"
_MARKS = (b"TREE", b"SNOD", b"HEAP", b"OHDR", b"GCOL", b"\x89HDF", b"PK\x01\x02", b"PK\x03\x04")
_NUMBERS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 2**32 - 1, 2**63, 2**64 - 1)


@cache
def files():
    """Return the bytes of small files as {name: bytes}; those with `tf` are TensorFlow's own."""
    found = {}
    for number, (config, weights) in enumerate(networks()):
        for form, suffix in SUFFIXES.items():
            memory = io.BytesIO()
            write_form(memory, form, as_keras3(config) if form == "keras 3" else config, weights)
            found[f"{form[-1]}{number}{suffix}"] = memory.getvalue()
    found |= {file.name: file.read_bytes() for file in sorted(GENUINE.glob("*.*[5s]"))}
    return found | {"old.h5": _weights_only(old=True), "new.weights.h5": _weights_only(old=False)}


def _weights_only(*, old):
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        if old:
            file.attrs["layer_names"] = ["conv1", "dense"]
            for name, shape in {"conv1": (3, 3, 3, 8), "dense": (8, 1)}.items():
                group = file.create_group(name)
                group.attrs["weight_names"] = [f"{name}/kernel:0"]
                group[f"{name}/kernel:0"] = np.ones(shape, np.float32)
        else:
            file["layers/conv2d/vars/0"] = np.ones((3, 3, 3, 8), np.float32)
            file["layers/dense/vars/0"] = np.ones((8, 1), np.float32)
    return memory.getvalue()


class Bytes:
    """A file's bytes on their way to a damaged file."""

    files = staticmethod(files)

    def __init__(self, random):
        names = list(self.files())
        large = [0.3 if name.startswith("tf") else 1 for name in names]
        self.name = random.choices(names, large)[0]
        self.data = bytearray(self.files()[self.name])

    def change(self, random):
        """Make one to thirty changes of one kind."""
        change = random.choices(list(_CHANGES), list(_CHANGES.values()))[0]
        for _ in range(random.choice((1, 1, 2, 3, 8, 30)) if change in _SMALL else 1):
            if len(self.data) > 8:
                change(self.data, random)

    def write(self, folder, random):
        """Write the file and return its path."""
        path = folder / f"input{Path(self.name).suffix}"
        path.write_bytes(self.data)
        return path


def _place(data, random):
    """Choose a place, mostly in what describes the file and not in its numbers."""
    if random.random() < 0.5:
        mark = random.choice(_MARKS)
        start = random.randrange(len(data))
        found = data.find(mark, start)
        found = found if found >= 0 else data.find(mark)
        if found >= 0:
            return min(found + random.randrange(96), len(data) - 1)
    if random.random() < 0.3:
        return random.randrange(min(len(data), 2048))
    return random.randrange(len(data))


def _flip(data, random):
    data[_place(data, random)] ^= 1 << random.randrange(8)


def _byte(data, random):
    data[_place(data, random)] = random.choice((0, 1, 255, random.randrange(256)))


def _number(data, random):
    size = random.choice((2, 4, 8))
    place = _place(data, random) // size * size
    number = random.choice((*_NUMBERS, len(data), place)) % 256**size
    data[place : place + size] = number.to_bytes(size, "little")


def _cut(data, random):
    del data[random.randrange(len(data)) :]


def _drop(data, random):
    place = _place(data, random)
    del data[place : place + random.choice((1, 4, 8, 512, 4096))]


def _insert(data, random):
    place = _place(data, random)
    data[place:place] = random.randbytes(random.choice((1, 4, 8, 512)))


def _exchange_blocks(data, random):
    size = random.choice((8, 16, 64, 512))
    one, other = (_place(data, random) // 8 * 8 for _ in range(2))
    if max(one, other) + size <= len(data) and abs(one - other) >= size:
        kept = data[one : one + size]
        data[one : one + size] = data[other : other + size]
        data[other : other + size] = kept


def _repeat(data, random):
    size = random.choice((8, 64, 512))
    one, other = (_place(data, random) // 8 * 8 for _ in range(2))
    part = data[one : one + size]
    data[other : other + len(part)] = part


def _splice(data, random):
    other = random.choice(list(files().values()))
    place = random.randrange(len(data))
    data[place:] = other[random.choice((place, random.randrange(len(other)))) :]


def _text(data, random):
    """Change a letter of the configuration's text, where it stands as it is."""
    start = max(data.find(b'{"'), 0)
    place = start + random.randrange(max(len(data) - start, 1))
    data[min(place, len(data) - 1)] = random.choice(b'"[]{}:,0123456789abcxyz_ \\')


_CHANGES = {
    _flip: 6,
    _byte: 5,
    _number: 6,
    _cut: 1,
    _drop: 1,
    _insert: 1,
    _exchange_blocks: 1,
    _repeat: 2,
    _splice: 1,
    _text: 2,
}
_SMALL = (_flip, _byte, _number, _exchange_blocks, _repeat, _text)
