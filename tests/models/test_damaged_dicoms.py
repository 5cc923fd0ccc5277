"""A share of the damaged DICOM files; `python -m tests.models.damaged_dicoms` tries many."""

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

from gantei.photographs.photograph import read

from .damaged_dicoms import MEMORY, SECONDS, damaged, helpers_memory, tried, whole
from .dicoms import of_stream, written
from .encoded_frames import EXTENDED_12, HIGH_THROUGHPUT, LOSSLESS_8, LOSSLESS_12, PIXELS


def test_the_files_without_damage_are_read():
    for name, data in whole().items():
        assert tried(data)[0] == "read", name


def test_300_damaged_files_are_read_or_refused_in_time_and_harm_no_other():
    found = set()
    for number in range(300):
        what, data = damaged(2, number)
        word, seconds = tried(data)
        found.add(word)
        assert seconds < 4 * SECONDS, what  # of a machine that does other things too
    assert helpers_memory() < MEMORY
    assert {"read", "dicom-damaged", "cut-off-file", "damaged-picture"} <= found
    assert np.array_equal(read(whole()["JPEG 2000"])[:24, :32], PIXELS)


@pytest.mark.parametrize(
    ("stream", "uid", "bits"),
    [
        (LOSSLESS_8, "1.2.840.10008.1.2.4.70", 8),
        (LOSSLESS_12, "1.2.840.10008.1.2.4.57", 12),
        (EXTENDED_12, "1.2.840.10008.1.2.4.51", 12),
        (HIGH_THROUGHPUT, "1.2.840.10008.1.2.4.201", 8),
    ],
)
def test_what_other_encoders_compressed_is_read_without_them(stream, uid, bits):
    label = {EXTENDED_12: "YBR_FULL_422", HIGH_THROUGHPUT: "YBR_RCT"}.get(stream, "RGB")
    made = of_stream(stream, PIXELS.shape[:2], uid, PhotometricInterpretation=label)
    if bits == 12:
        made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    most = 3 if stream is EXTENDED_12 else 0  # lossy
    assert np.abs(read(written(made)).astype(int) - PIXELS).max() <= most
