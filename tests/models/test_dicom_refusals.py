"""What is DICOM and no photograph, or damaged: each with a code that says which."""

import time
import zlib

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from gantei.photographs.dicom import dicom_picture
from gantei.photographs.dicom.recognition import is_dicom, is_directory
from gantei.photographs.photograph import read

from .dicoms import (
    compressed,
    dataset,
    of_jpeg,
    of_pixels,
    of_stream,
    raw_element,
    with_element,
    written,
)
from .pictures import refusal

PIXEL_DATA = 0x7FE00010
REPORT, DOCUMENT = "1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.104.1"


@pytest.fixture(scope="module")
def pixels(fundus):
    return np.asarray(fundus.crop((40, 30, 104, 78)))


def code(made, **options):
    return refusal(made if isinstance(made, bytes) else written(made), **options).code


def test_what_holds_no_picture_is_named(pixels):
    for uid, modality in ((REPORT, "SR"), (DOCUMENT, "DOC")):
        found = refusal(written(dataset(SOPClassUID=uid, Modality=modality)))
        assert (found.code, found.values) == ("dicom-no-picture", {"modality": modality})
    encrypted = Dataset()
    encrypted.EncryptedContent = b"1234"
    made = dataset(EncryptedAttributesSequence=Sequence([encrypted]))
    assert code(made) == "dicom-encrypted"
    assert code(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" + bytes(200)) == (
        "dicom-encrypted"
    )


def test_several_frames_are_refused_with_their_number(pixels):
    made = of_pixels(pixels, NumberOfFrames=3, Modality="OPT")
    made.PixelData *= 3
    found = refusal(written(made))
    assert (found.code, found.values) == (
        "dicom-several-frames",
        {"frames": 3, "modality": "OPT"},
    )


def test_a_directory_is_recognised_and_refused(pixels):
    made = dataset(SOPClassUID="1.2.840.10008.1.3.10")
    data = written(made)
    assert is_dicom(data)
    assert is_directory(data)
    assert code(data) == "dicom-directory"
    assert not is_directory(written(of_pixels(pixels)))


def test_pixels_that_are_fractions_are_no_photograph(pixels):
    made = of_pixels(pixels[..., 0], Modality="OPTBSV")
    del made.PixelData
    made.FloatPixelData = pixels[..., 0].astype("<f4").tobytes()
    assert code(made) == "dicom-fractions"


@pytest.mark.parametrize(
    ("uid", "named"),
    [
        ("1.2.840.10008.1.2.4.110", "JPEG XL (1.2.840.10008.1.2.4.110)"),
        ("1.2.840.10008.1.2.4.102", "MPEG-4 video (1.2.840.10008.1.2.4.102)"),
        ("1.2.3.4", "1.2.3.4"),
    ],
)
def test_a_transfer_syntax_without_a_decoder_is_named(pixels, uid, named):
    before = b"UI\x16\0" + JPEGBaseline8Bit.encode()
    after = uid.encode() + b"\0" * (len(uid) % 2)
    data = written(of_stream(b"1234", (2, 2)))
    found = refusal(data.replace(before, b"UI" + len(after).to_bytes(2, "little") + after))
    assert (found.code, found.values) == ("dicom-transfer-syntax", {"transfer_syntax": named})


def test_a_deflated_file_is_named_before_anything_is_unpacked(pixels):
    """200 kB may be 200 MB of zeros."""
    made = of_pixels(pixels)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data = written(made)
    assert code(data) == "dicom-transfer-syntax"
    bomb = zlib.compress(bytes(200_000_000), 9)[2:-4]
    start = data.index(b"\x02\x00\x13\x00") if b"\x02\x00\x13\x00" in data else 400
    assert code(data[:start] + bomb) in ("dicom-transfer-syntax", "cut-off-file")


def test_without_the_extra_the_command_that_installs_it_is_named(pixels, monkeypatch):
    monkeypatch.setattr(dicom_picture, "MODULES", ("no_such_module",))
    dicom_picture.is_installed.cache_clear()
    try:
        found = refusal(written(of_pixels(pixels)))
    finally:
        monkeypatch.undo()
        dicom_picture.is_installed.cache_clear()
    assert found.code == "dicom-needs-extra"
    assert 'pip install "gantei[dicom]"' in found.advice()
    assert 'pip install "gantei[dicom]"' in found.advice("ja")


@pytest.mark.parametrize(
    "change",
    [
        {"PhotometricInterpretation": "CMYK"},
        {"PhotometricInterpretation": "MONOCHROME2"},
        {"PhotometricInterpretation": ""},
        {"PhotometricInterpretation": "PALETTE COLOR"},
        {"SamplesPerPixel": 4},
    ],
)
def test_other_colours_are_refused(pixels, change):
    made = of_pixels(pixels)
    for keyword, value in change.items():
        setattr(made, keyword, value)
    assert code(made) == "dicom-colours"


@pytest.mark.parametrize(
    "change",
    [
        {"BitsAllocated": 32},
        {"BitsAllocated": 1},
        {"BitsStored": 9},
        {"BitsStored": 0},
        {"HighBit": 6},
        {"PixelRepresentation": 1},
    ],
)
def test_values_of_other_kinds_are_refused(pixels, change):
    made = of_pixels(pixels)
    for keyword, value in change.items():
        setattr(made, keyword, value)
    assert code(made) == "dicom-values"


@pytest.mark.parametrize("change", [-200, -1, 2, 500])
def test_pixel_data_shorter_or_longer_than_said_are_refused(pixels, change):
    made = of_pixels(pixels)
    data = made.PixelData
    made.PixelData = data[:change] if change < 0 else data + bytes(change)
    if len(made.PixelData) % 2:
        made.PixelData = made.PixelData[:-1]
    assert code(made) == "dicom-pixel-data-length"


@pytest.mark.parametrize("change", [{"Rows": 49}, {"Columns": 63}, {"SamplesPerPixel": 1}], ids=str)
def test_a_compressed_picture_of_another_size_is_refused(pixels, encoded, fundus, change):
    jpeg = encoded(fundus.crop((40, 30, 104, 78)), "JPEG")
    for made in (of_jpeg(jpeg, (48, 64)), compressed(pixels, JPEGLSLossless)):
        for keyword, value in change.items():
            setattr(made, keyword, value)
        if made.SamplesPerPixel == 1:
            made.PhotometricInterpretation = "MONOCHROME2"
        assert code(made) == "dicom-other-picture"


def test_a_picture_too_large_is_refused_before_it_is_decoded(pixels):
    made = of_pixels(pixels)
    made.Rows = made.Columns = 65_535
    assert code(made) == "many-pixels"


def test_a_small_frame_that_claims_a_large_picture_is_refused_before_it_is_decoded(pixels):
    for transfer_syntax in (RLELossless, JPEG2000Lossless, JPEGLSLossless):
        made = compressed(pixels, transfer_syntax)
        stream = made.PixelData
        made.Rows = made.Columns = 10_000
        if transfer_syntax == JPEG2000Lossless:
            place = stream.index(b"\xff\x51") + 6
            sides = (10_000).to_bytes(4) * 2
            stream = stream[:place] + sides + stream[place + 8 :]
        elif transfer_syntax == JPEGLSLossless:
            place = stream.index(b"\xff\xf7") + 5
            stream = stream[:place] + (10_000).to_bytes(2) * 2 + stream[place + 4 :]
        made.PixelData = stream
        found = refusal(written(made))
        assert (found.code, found.values) == ("dicom-damaged", {"problem": "dicom-little-data"})


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_file_that_is_cut_off_is_refused(pixels, encoded, fundus, share):
    jpeg = encoded(fundus.crop((40, 30, 104, 78)), "JPEG")
    for made in (of_pixels(pixels), compressed(pixels, RLELossless), of_jpeg(jpeg, (48, 64))):
        data = written(made)
        assert code(data[: int(len(data) * share)]) in ("cut-off-file", "dicom-no-picture")


def problem(data):
    found = refusal(data)
    assert found.code in ("dicom-damaged", "cut-off-file")
    return found.values.get("problem", "cut off")


UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


def mark(tag, length=0):
    head = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")
    return head + length.to_bytes(4, "little")


def nested(depth, end=True):
    """Sequences within each other, none of which says how long it is."""
    sequence = raw_element(0x00400275, b"SQ", b"", UNDEFINED) + mark(ITEM, UNDEFINED)
    return sequence * depth + (mark(ITEM_END) + mark(END)) * depth * end


def test_sequences_are_passed_over_up_to_a_depth(pixels):
    data = written(of_pixels(pixels))
    assert np.array_equal(read(with_element(data, PIXEL_DATA, nested(30))), pixels)
    assert problem(with_element(data, PIXEL_DATA, nested(40))) == "dicom-deep"
    began = time.monotonic()
    assert problem(with_element(data, PIXEL_DATA, nested(1_000_000))) == "dicom-deep"
    assert time.monotonic() - began < 5


def test_sequences_whose_marks_do_not_fit_are_refused(pixels):
    data = written(of_pixels(pixels))
    opened = raw_element(0x00400275, b"SQ", b"", UNDEFINED)
    for element, expected in (
        (nested(3, end=False), "dicom-no-item"),
        (mark(ITEM_END), "dicom-marks"),
        (opened + mark(ITEM_END), "dicom-marks"),
        (opened + mark(ITEM, UNDEFINED) + mark(END), "dicom-marks"),
        (opened + raw_element(0x00100010, b"PN", b"ab"), "dicom-no-item"),
        (raw_element(0x00400275, b"UT", b"", UNDEFINED), "dicom-no-length"),
        (raw_element(0x00280010, b"US", b"\1\0"), "dicom-twice"),
    ):
        found = problem(with_element(data, PIXEL_DATA, element))
        assert found in (expected, "cut off"), (element, found)


def test_an_element_that_stands_there_twice_with_the_same_value_harms_nothing(pixels):
    data = written(of_pixels(pixels))
    place = data.index(b"\x28\x00\x10\x00")
    assert np.array_equal(read(data[:place] + data[place : place + 10] + data[place:]), pixels)


@pytest.mark.parametrize("representation", [b"OB", b"UT", b"SQ", b"LO"])
def test_a_length_behind_the_end_of_the_file_is_refused(pixels, representation):
    data = written(of_pixels(pixels))
    claimed = 0xFFFFFFF0 if representation != b"LO" else 0xFFF0
    element = raw_element(0x00400275, representation, b"ab", claimed)
    assert problem(with_element(data, PIXEL_DATA, element)) == "cut off"


def test_very_many_elements_are_refused(pixels):
    data = written(of_pixels(pixels))
    many = b"".join(raw_element(0x00400000 + n, b"LO", b"") for n in range(0x8000))
    assert problem(with_element(data, PIXEL_DATA, 4 * many)) in (
        "dicom-twice", "dicom-many-elements"
    )  # fmt: skip
    sequence = raw_element(0x00400275, b"SQ", b"", UNDEFINED)
    items = sequence + mark(ITEM, 0) * 200_000 + mark(END)
    began = time.monotonic()
    assert problem(with_element(data, PIXEL_DATA, items)) == "dicom-many-elements"
    assert time.monotonic() - began < 5


def test_pixel_data_stored_otherwise_than_the_transfer_syntax_says_are_refused(pixels, encoded):
    made = of_pixels(pixels)
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    made["PixelData"].is_undefined_length = False
    data = written(of_pixels(pixels)).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0")
    assert problem(data) == "dicom-other-storage"


def test_fragments_that_go_on_and_on_are_refused(pixels):
    made = of_stream(b"\xff\xd8\xff\xd9", (48, 64))
    made.PixelData = encapsulate([b"\xff\xd8\xff\xd9"]) + mark(ITEM, 0) * 200_000
    assert code(made) in ("cut-off-file", "dicom-damaged")


def test_a_frame_that_is_no_codestream_is_refused(pixels):
    for data in (b"no picture", b"\xff\xd8\xff\xd9", b"\xff\xd8" + b"\xff" * 90, b"\xff\x4f"):
        assert code(of_stream(data, (48, 64))) in ("dicom-damaged", "cut-off-file")


def test_what_is_no_dicom_is_not_taken_for_it(files):
    for data in (*files.values(), b"", b"\x08\0\x05\0", b"\x08\0\x08\0hello", bytes(200)):
        assert not is_dicom(data)
