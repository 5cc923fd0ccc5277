"""Palettes as encoders write them; the colours by the standard's words, pydicom and dcmtk."""

import subprocess

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

import pydicom
from PIL import Image
from pydicom.uid import ExplicitVRBigEndian

from gantei.errors import PhotographError
from gantei.photographs.photograph import open_photograph

from ..processes import need_programs
from .dicoms import of_jpeg, of_pixels, written

COLOURS = ("Red", "Green", "Blue")
RANDOM = np.random.default_rng(7)


def coloured(indices, descriptors, tables, *, segmented=False, big_endian=False, **elements):
    """A picture of palette colours; the tables are bytes, as they stand in the file."""
    made = of_pixels(indices, PhotometricInterpretation="PALETTE COLOR", **elements)
    for colour, descriptor, table in zip(COLOURS, descriptors, tables, strict=True):
        setattr(made, f"{colour}PaletteColorLookupTableDescriptor", list(descriptor))
        keyword = "Segmented" * segmented + f"{colour}PaletteColorLookupTableData"
        setattr(made, keyword, table + bytes(len(table) % 2))
        made[keyword].VR = "OW"
    if big_endian:
        made.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        if indices.dtype == np.uint16:
            made.PixelData = indices.astype(">u2").tobytes()
    return made


def shown(made):
    return np.asarray(open_photograph(written(made), allow_grey=True).picture())


def swapped(table):
    """Bytes in words of the other order; the padding goes in front of the last one then."""
    padded = table + bytes(len(table) % 2)
    return np.frombuffer(padded, "<u2").astype(">u2").tobytes()


def by_hand(indices, tables, firsts=(0, 0, 0)):
    """Each index's colour, of tables with 8 bits: entry by entry, as the standard has it."""
    rows = [
        [table[min(max(int(index) - first, 0), len(table) - 1)]
         for table, first in zip(tables, firsts, strict=True)]
        for index in indices.ravel()
    ]  # fmt: skip
    return np.array(rows, np.uint8).reshape(*indices.shape, 3)


def indices_of(bits):
    values = RANDOM.integers(0, 2**bits, (64, 48))
    return values.astype(np.uint8 if bits <= 8 else np.uint16)


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("allocated", [8, 16])
@pytest.mark.parametrize("entry", ["8 bits", "8 bits in 16", "16 bits"])
@pytest.mark.parametrize("count", [256, 255, 100, 1000, 65536])
def test_every_width_of_entries_gives_each_index_its_colour(big_endian, allocated, entry, count):
    """The width of 8 bits in 16 shows in the table's length alone (PS3.3, C.7.6.3.1.5)."""
    indices = indices_of(8 if allocated == 8 else 12)
    tables = RANDOM.integers(0, 256, (3, count))
    match entry:
        case "8 bits":
            data = [table.astype(np.uint8).tobytes() for table in tables]
            data = [swapped(each) for each in data] if big_endian else data
        case "8 bits in 16":
            data = [table.astype(">u2" if big_endian else "<u2").tobytes() for table in tables]
        case _:
            data = [
                (table * 256 + 7).astype(">u2" if big_endian else "<u2").tobytes()
                for table in tables
            ]
    descriptor = (count % 65536, 0, 16 if entry == "16 bits" else 8)
    made = coloured(indices, [descriptor] * 3, data, big_endian=big_endian)
    assert np.array_equal(shown(made), by_hand(indices, tables))


def test_each_channel_has_its_own_descriptor():
    indices = indices_of(8)
    tables = [RANDOM.integers(0, 256, count) for count in (256, 100, 31)]
    firsts = (0, 50, 200)
    descriptors = [(256, 0, 8), (100, 50, 16), (31, 200, 8)]
    data = [
        tables[0].astype(np.uint8).tobytes(),
        (tables[1] * 257).astype("<u2").tobytes(),
        tables[2].astype(np.uint8).tobytes(),
    ]
    assert np.array_equal(
        shown(coloured(indices, descriptors, data)), by_hand(indices, tables, firsts)
    )


def test_bits_above_those_stored_are_no_part_of_an_index():
    indices = indices_of(8)
    tables = RANDOM.integers(0, 256, (3, 256))
    data = [table.astype(np.uint8).tobytes() for table in tables]
    overlaid = indices.astype(np.uint16) | 0x0100
    made = coloured(overlaid, [(256, 0, 8)] * 3, data, BitsStored=8)
    assert np.array_equal(shown(made), by_hand(indices, tables))


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("big_endian", [False, True])
def test_segments_are_expanded(wide, big_endian):
    """Single entries, a line, and both again from the entry before (PS3.3, C.7.9.2)."""
    scale = 257 if wide else 1
    offset = [0] if wide else [0, 0, 0]
    again = [2, 2, 10 if wide else 5, *offset]  # bytes from the beginning to the line
    segments = [0, 3, 10 * scale, 20 * scale, 30 * scale, 1, 4, 70 * scale,
                0, 2, 5 * scale, 6 * scale, *again]  # fmt: skip
    table = [10, 20, 30, 40, 50, 60, 70, 5, 6, 22, 38, 54, 70, 5, 6]
    assert table[9:13] == [6 + 16 * step for step in (1, 2, 3, 4)]
    data = np.array(segments, "<u2" if wide else np.uint8).tobytes()
    data = swapped(data) if big_endian else data
    indices = np.tile(np.arange(20, dtype=np.uint8), (12, 1))
    descriptor = (len(table), 0, 16 if wide else 8)
    made = coloured(indices, [descriptor] * 3, [data] * 3, segmented=True, big_endian=big_endian)
    assert np.array_equal(shown(made), by_hand(indices, [table] * 3))


@pytest.mark.parametrize(
    ("descriptor", "table"),
    [
        ((256, 0, 8), bytes(100)), ((256, 0, 16), bytes(400)), ((256, 0, 8), bytes(600)),
        ((256, 0, 12), bytes(512)), ((0, 0, 16), bytes(512)),
    ],
)  # fmt: skip
def test_a_table_that_is_not_as_its_descriptor_says_is_refused(descriptor, table):
    made = coloured(indices_of(8), [descriptor] * 3, [table] * 3)
    with pytest.raises(PhotographError) as error:
        shown(made)
    assert error.value.finding.values == {"problem": "dicom-palette"}


@pytest.mark.parametrize(
    "segments",
    [
        [1, 4, 70],  # a line from nothing
        [0, 3, 1, 2],  # fewer than it says
        [0, 2, 1, 2, 1, 0, 9],  # a line of no length
        [3, 1, 1, 1],  # no kind
        [0, 1, 1, 2, 1, 255, 255, 255, 255],  # from behind the end
        [0, 1, 1, 2, 1, 3, 0, 0, 0],  # itself again
        [0, 0] * 100,
    ],
)
def test_segments_that_do_not_make_a_table_are_refused(segments):
    made = coloured(indices_of(8), [(256, 0, 8)] * 3, [bytes(segments)] * 3, segmented=True)
    with pytest.raises(PhotographError) as error:
        shown(made)
    assert error.value.finding.values == {"problem": "dicom-palette"}


@pytest.mark.parametrize(
    ("depth", "count", "first"),
    [(8, 256, 0), (8, 200, 20), (16, 256, 0), (16, 200, 20), (16, 4096, 0), (16, 1000, 300)],
)
def test_tables_that_pydicom_reads_right_give_its_colours(depth, count, first):
    indices = indices_of(12 if count > 256 else 8)
    tables = RANDOM.integers(0, 2**depth, (3, count))
    data = [table.astype("<u2" if depth == 16 else np.uint8).tobytes() for table in tables]
    made = coloured(indices, [(count, first, depth)] * 3, data)
    expected = pydicom.pixels.apply_color_lut(indices, made)
    assert np.array_equal(shown(made), (expected >> (depth - 8)).astype(np.uint8))


def test_indices_in_a_lossy_jpeg_are_refused(encoded):
    """They were shown as if they were grey values."""
    indices = np.repeat(np.repeat(indices_of(8), 8, 0), 8, 1)
    made = coloured(indices, [(256, 0, 8)] * 3, [bytes(256)] * 3)
    jpeg = of_jpeg(encoded(Image.fromarray(indices), "JPEG", quality=95), indices.shape)
    made.file_meta, made["PixelData"] = jpeg.file_meta, jpeg["PixelData"]
    with pytest.raises(PhotographError) as error:
        shown(made)
    assert error.value.finding.values == {"label": "PALETTE COLOR", "samples": 1}


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("entry", [8, 16])
@pytest.mark.parametrize("count", [256, 255, 1000])
def test_dcmtk_shows_the_same_colours(tmp_path, big_endian, entry, count):
    need_programs("dcm2pnm")
    indices = indices_of(8 if count <= 256 else 12)
    tables = RANDOM.integers(0, 256, (3, count))
    if entry == 8:
        data = [table.astype(np.uint8).tobytes() for table in tables]
        data = [swapped(each) for each in data] if big_endian else data
    else:
        data = [(table * 257).astype(">u2" if big_endian else "<u2").tobytes() for table in tables]
    made = coloured(indices, [(count, 0, entry)] * 3, data, big_endian=big_endian)
    (tmp_path / "in.dcm").write_bytes(written(made))
    subprocess.run(["dcm2pnm", tmp_path / "in.dcm", tmp_path / "out.ppm"], check=True)
    assert np.array_equal(shown(made), np.asarray(Image.open(tmp_path / "out.ppm")))
