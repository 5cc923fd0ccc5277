"""The DICOM files that come with pydicom: cameras', scanners', converters', and wrong ones."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pydicom")
pytest.importorskip("gdcm")

import pydicom

from gantei.errors import PhotographError
from gantei.photographs.photograph import open_photograph

FOLDER = Path(pydicom.__file__).parent / "data"
COLOUR = (
    "SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_+eb+cy+n1.dcm", "SC_rgb_dcmtk_+eb+cy+n2.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm", "SC_rgb_dcmtk_+eb+cy+s2.dcm", "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "SC_rgb_gdcm_KY.dcm", "SC_rgb_jls_lossy_line.dcm", "SC_rgb_jls_lossy_sample.dcm",
    "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_jpeg_lossy_gdcm.dcm",
    "SC_rgb_rle.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_small_odd.dcm",
    "SC_rgb_small_odd_big_endian.dcm", "SC_rgb_small_odd_jpeg.dcm",
    "SC_ybr_full_422_uncompressed.dcm", "examples_palette.dcm", "examples_rgb_color.dcm",
    "examples_jpeg2k.dcm", "GDCMJ2K_TextGBR.dcm",
)  # fmt: skip
"""Those with one colour frame."""


def there(name):
    found = next(FOLDER.rglob(name), None)
    if found is None:
        pytest.skip(f"this pydicom has no {name}")
    return found


@pytest.mark.parametrize("name", COLOUR)
def test_a_colour_frame_is_read_as_pydicom_reads_it(name):
    path = there(name)
    made = pydicom.dcmread(path)
    expected = pydicom.pixels.pixel_array(made)
    if made.PhotometricInterpretation == "PALETTE COLOR":
        expected = pydicom.pixels.apply_color_lut(expected, made)
    expected = (expected >> (8 if expected.dtype == np.uint16 else 0)).astype(np.uint8)
    photograph = open_photograph(path, allow_grey=True)
    assert photograph.findings == ()
    assert np.abs(np.asarray(photograph.picture()).astype(int) - expected).max() <= 1


def test_every_other_file_is_read_or_refused_by_its_code():
    words = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in (".py", ".pyc", ".json", ".txt", ".md") or not path.is_file():
            continue
        try:
            open_photograph(path, allow_grey=True).picture()
        except PhotographError as error:
            words[path.name] = error.code
        else:
            words[path.name] = "read"
    if len(words) < 100:
        pytest.skip("this pydicom brings few files")
    told = {
        "examples_ybr_color.dcm": "dicom-several-frames",
        "DICOMDIR": "dicom-directory",
        "MR_truncated.dcm": "cut-off-file",
        "test-SR.dcm": "dicom-no-picture",
        "image_dfl.dcm": "dicom-transfer-syntax",
        "CT_small.dcm": "dicom-values",
        "rtdose.dcm": "dicom-several-frames",
    }
    assert {name: words.get(name, code) for name, code in told.items()} == told
