"""DICOM files with damage of every kind, and a run over many of them.

    python -m tests.models.damaged_dicoms --inputs 10000 [--seed 1] [--only NUMBER]

Each is read as a photograph is; it must give a picture or a `PhotographError`, in 5 s and 500 MB
that this process and its helper take together; good files must be read as before.
"""

import argparse
import os
import random
import struct
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from gantei.errors import PhotographError
from gantei.photographs.dicom.asked_values import asked_values
from gantei.photographs.dicom.laterality import side_in_file
from gantei.photographs.photograph import read
from gantei.system import helper_pool

from .dicoms import compressed, of_jpeg, of_pixels, of_stream, raw_element, written
from .encoded_frames import EXTENDED_12, LOSSLESS_8, PIXELS
from .jpegs import written as jpeg_of

SECONDS, MEMORY = 5.0, 500_000_000
_NUMBERS = (0, 1, 2, 3, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000,
            0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF)  # fmt: skip
_SYNTAXES = (
    ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, RLELossless,
    JPEGLSLossless, JPEG2000Lossless, JPEGLosslessSV1, JPEGExtended12Bit, "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.110", "1.2.3",
)  # fmt: skip
_CHARSETS = (
    "ISO_IR 192",
    "\\ISO 2022 IR 87",
    "ISO 2022 IR 13\\ISO 2022 IR 87",
    "GB18030",
    "?",
    "A" * 16,
)
_MARKS = {
    "rows": (0x0028, 0x0010), "columns": (0x0028, 0x0011), "samples": (0x0028, 0x0002),
    "allocated": (0x0028, 0x0100), "stored": (0x0028, 0x0101), "frames": (0x0028, 0x0008),
    "label": (0x0028, 0x0004), "pixels": (0x7FE0, 0x0010), "charset": (0x0008, 0x0005),
    "syntax": (0x0002, 0x0010), "palette": (0x0028, 0x1101), "table": (0x0028, 0x1201),
}  # fmt: skip


_SIZES = (
    (b"\xff\x51", 6, ">II"), (b"\xff\xf7", 5, ">HH"), (b"\xff\xc0", 5, ">HH"),
    (b"\xff\xc1", 5, ">HH"), (b"\xff\xc3", 5, ">HH"),
)  # fmt: skip
"""Where codestreams say their size: a marker, how far behind it starts, and how it is written."""


@cache
def whole() -> dict[str, bytes]:
    """Files without damage, one of each way in which pixels may be stored."""
    size = PIXELS.shape[:2]
    names = {
        "PatientName": "Yamada^Tarou=山田^太郎", "SpecificCharacterSet": "\\ISO 2022 IR 87",
        "ImageLaterality": "R",
    }  # fmt: skip
    deep = (PIXELS.astype(np.uint16) << 8) | 17
    indices = np.ascontiguousarray(PIXELS[..., 0])
    palette = of_pixels(indices, PhotometricInterpretation="PALETTE COLOR")
    segmented = of_pixels(indices, PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        for made in (palette, segmented):
            setattr(made, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        table = np.arange(256, dtype="<u2") * 257
        setattr(palette, f"{colour}PaletteColorLookupTableData", table.tobytes())
        line = np.array([0, 1, 0, 1, 255, 65535], "<u2").tobytes()
        setattr(segmented, f"Segmented{colour}PaletteColorLookupTableData", line)
        palette[f"{colour}PaletteColorLookupTableData"].VR = "OW"
        segmented[f"Segmented{colour}PaletteColorLookupTableData"].VR = "OW"
    implicit = of_pixels(PIXELS, **names)
    implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    made = {
        "plain": of_pixels(PIXELS, **names),
        "implicit": implicit,
        "planar": of_pixels(PIXELS, PlanarConfiguration=1),
        "16 bits": of_pixels(deep),
        "shared colours": of_pixels(PIXELS, PhotometricInterpretation="YBR_FULL"),
        "palette": palette,
        "segmented palette": segmented,
        "run lengths": compressed(PIXELS, RLELossless),
        "JPEG-LS": compressed(PIXELS, JPEGLSLossless),
        "JPEG-LS of 16 bits": compressed(deep, JPEGLSLossless),
        "JPEG 2000": compressed(np.tile(PIXELS, (2, 2, 1)), JPEG2000Lossless),
        "JPEG": of_jpeg(jpeg_of(PIXELS, quality=90), size, **names),
        "lossless JPEG": of_stream(LOSSLESS_8, size, JPEGLosslessSV1),
        "JPEG of 12 bits": of_stream(
            EXTENDED_12, size, JPEGExtended12Bit, PhotometricInterpretation="YBR_FULL_422",
            BitsAllocated=16, BitsStored=12, HighBit=11,
        ),
    }  # fmt: skip
    return {name: written(each) for name, each in made.items()}


def damaged(seed: int, number: int) -> tuple[str, bytes]:
    """The damaged file of a number, and what was done to which file: the same each time."""
    chance = random.Random(f"{seed}/{number}")
    name, data = chance.choice(list(whole().items()))
    done = [name]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change = chance.choice(CHANGES)
        data = change(chance, data)
        done.append(change.__name__.strip("_"))
    return ": ".join(done), data


def _flip(chance, data):
    """Some bytes become others."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 60))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _flip_behind_the_head(chance, data):
    """Bytes of the encoded picture become others."""
    place = _place(data, "pixels") or 0
    head, body = data[:place], data[place:]
    return head + _flip(chance, body)


def _number(chance, data):
    """A number somewhere becomes one that is at the edge of something."""
    length = chance.choice((1, 2, 4))
    place = chance.randrange(max(len(data) - length, 1))
    value = chance.choice(_NUMBERS) & (1 << 8 * length) - 1
    return data[:place] + value.to_bytes(length, "little") + data[place + length :]


def _length(chance, data):
    """The length of a known element becomes another."""
    place = _place(data, chance.choice(list(_MARKS)))
    if place is None:
        return _number(chance, data)
    value = struct.pack("<I", chance.choice(_NUMBERS))
    if chance.random() < 0.5:
        return data[: place + 6] + value[:2] + data[place + 8 :]
    return data[: place + 8] + value + data[place + 12 :]


def _value(chance, data):
    """The value of a known element of two bytes becomes another."""
    place = _place(data, chance.choice(("rows", "columns", "samples", "allocated", "stored")))
    if place is None:
        return _number(chance, data)
    value = struct.pack("<H", chance.choice((0, 1, 2, 3, 4, 8, 12, 16, 32, 200, 9000, 65535)))
    return data[: place + 8] + value + data[place + 10 :]


def _size_everywhere(chance, data):
    """Header and codestream claim the same large size."""
    side = chance.choice((300, 1900, 8000, 14000, 65535))
    for name in ("rows", "columns"):
        if (place := _place(data, name)) is not None:
            data = data[: place + 8] + struct.pack("<H", side) + data[place + 10 :]
    for mark, skip, kind in _SIZES:
        if (found := data.find(mark, _place(data, "pixels") or 0)) >= 0:
            sides = struct.pack(kind, side, side)
            data = data[: found + skip] + sides + data[found + skip + len(sides) :]
    return data


def _cut(chance, data):
    """The end is missing."""
    return data[: chance.randrange(len(data) + 1)]


def _repeat(chance, data):
    """A piece stands there again, up to many times."""
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.choice((1, 2, 8, 20, 200))]
    return data[:start] + piece * chance.choice((2, 3, 50, 5000)) + data[start:]


def _without(chance, data):
    """A piece is missing."""
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.choice((1, 2, 8, 30)) :]


def _spliced(chance, data):
    """The end is another file's."""
    other = chance.choice(list(whole().values()))
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _nested(chance, data):
    """Sequences within each other, with or without their ends."""
    depth = chance.choice((1, 10, 31, 70, 1000, 20_000))
    opened = raw_element(0x00089215, b"SQ", b"", 0xFFFFFFFF) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    element = opened * depth + closed * chance.choice((0, depth, depth - 1, depth + 1))
    return _before(data, chance.choice(("rows", "pixels", "charset")), element)


def _claim(chance, data):
    """An element says that it is much longer than the file."""
    kind = chance.choice((b"OB", b"OW", b"UN", b"UT", b"SQ", b"LO"))
    length = chance.choice((100, 0xFFFF) if kind == b"LO" else (100, 0x7FFFFFFF, 0xFFFFFFFE))
    return _before(
        data, chance.choice(("rows", "pixels")), raw_element(0x00091001, kind, b"ab", length)
    )


def _many(chance, data):
    """Very many small elements, or items."""
    count = chance.choice((100, 5000, 120_000))
    if chance.random() < 0.5:
        element = (
            raw_element(0x00091001, b"SQ", b"", 0xFFFFFFFF) + count * b"\xfe\xff\x00\xe0\0\0\0\0"
        )
        return _before(data, "pixels", element + b"\xfe\xff\xdd\xe0\0\0\0\0")
    return _before(data, "pixels", b"".join(
        raw_element(0x30000000 + number, b"UN", b"") for number in range(count)
    ))  # fmt: skip


def _pixels(chance, data):
    """Pixels are more or fewer than said."""
    change = chance.choice((-1000, -2, -1, 1, 2, 3, 1000))
    return data[:change] if change < 0 else data + bytes(change)


def _frames(chance, data):
    """Another number of frames."""
    text = chance.choice((b"0 ", b"2 ", b"-1", b"9999999999  ", b"1e9 ", b"\xff\xff"))
    place = _place(data, "frames")
    if place is None:
        return data
    length = struct.unpack_from("<H", data, place + 6)[0]
    end = place + 8 + length
    return data[: place + 6] + struct.pack("<H", len(text)) + text + data[end:]


def _syntax(chance, data):
    """Another transfer syntax than that of the pixels."""
    return _text(data, "syntax", chance.choice(_SYNTAXES).encode())


def _charset(chance, data):
    """Another character set, and text in none."""
    data = _text(data, "charset", chance.choice(_CHARSETS).encode())
    name = bytes(chance.randrange(256) for _ in range(20))
    return _before(data, "rows", raw_element(0x00204000, b"LT", name))


def _text(data, name, text):
    place = _place(data, name)
    if place is None:
        return data
    text += b"\0" * (len(text) % 2)
    end = place + 8 + struct.unpack_from("<H", data, place + 6)[0]
    return data[: place + 6] + struct.pack("<H", len(text)) + text + data[end:]


def _before(data, name, element):
    place = _place(data, name)
    return data if place is None else data[:place] + element + data[place:]


def _place(data, name):
    place = data.find(struct.pack("<HH", *_MARKS[name]), 132)
    return place if place >= 0 else None


CHANGES = (
    _flip, _flip_behind_the_head, _flip_behind_the_head, _number, _length, _value,
    _size_everywhere, _cut, _repeat, _without, _spliced, _nested, _claim, _many, _pixels, _frames,
    _syntax, _charset,
)  # fmt: skip


def tried(data: bytes) -> tuple[str, float]:
    """What came of a file, and in how many seconds: `read`, or the code of its error.

    What it says of its eye, and values that were asked for, are read too.
    """
    began = time.monotonic()
    try:
        read(data, allow_grey=True)
        word = "read"
    except PhotographError as error:
        word = error.code
        assert 0 < len(str(error)) < 2000, error
    side_in_file(data)
    took = time.monotonic() - began
    asked_values(data, {"PatientName": 0x00100010, "comments": 0x00204000, "Rows": 0x00280010})
    return word, max(took, time.monotonic() - began - took)


def helpers_memory() -> int:
    """The most bytes of memory that a waiting helper has had."""
    return max((_peak(helper._process.pid) for helper in helper_pool._idle), default=0)


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if "VmHWM" in line)


def main() -> int:
    """Try many; exits with 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="one input, here")
    given = parser.parse_args()
    say = sys.stdout.write
    good = {name: read(data, allow_grey=True) for name, data in whole().items()}
    words, failures, longest, most = Counter(), [], 0.0, 0
    before = _peak(os.getpid())
    for number in [given.only] if given.only is not None else range(given.inputs):
        what, data = damaged(given.seed, number)
        try:
            word, seconds = tried(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure
            word, seconds = f"FAILED {type(error).__name__}", 0.0
            failures.append(f"{number} ({what}): {type(error).__name__}: {error}")
        words[word] += 1
        longest, most = max(longest, seconds), max(most, helpers_memory())
        if seconds > SECONDS:
            failures.append(f"{number} ({what}): {seconds:.1f} s")
        if number % 500 == 0:
            name = list(good)[number // 500 % len(good)]
            if not np.array_equal(read(whole()[name], allow_grey=True), good[name]):
                failures.append(f"{number}: afterwards {name} has other pixels")
            say(f"{number}: {dict(words.most_common(4))}\n")
            sys.stdout.flush()
    grown = _peak(os.getpid()) - before
    for word, count in words.most_common():
        say(f"{count:7,} {word}\n")
    say(f"longest: {longest:.2f} s; grown: {grown / 1e6:.0f} MB here, helper {most / 1e6:.0f} MB\n")
    if grown + most > MEMORY:
        failures.append("too much memory")
    say("\n".join(["FAILED", *failures]) + "\n" if failures else "nothing went wrong\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
