"""A picture format is one module: recognising, opening, listing and messages follow its record."""

import importlib
import pkgutil
import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL.SgiImagePlugin import SgiImageFile

from gantei.photographs import formats
from gantei.photographs.formats import known_formats
from gantei.photographs.formats.picture_format import PictureFormat
from gantei.photographs.listing import list_photographs
from gantei.photographs.photograph import open_photograph, read

from .pictures import HEIC, refusal

TOP = Path(__file__).parents[2]

SGI = PictureFormat(
    name="SGI",
    magic=re.compile(rb"\x01\xda"),
    suffixes=(".sgi",),
    media_type="image/sgi",
    open=lambda data: SgiImageFile(BytesIO(data)),
    is_whole=lambda data, image: len(data) >= 512 + 3 * image.width * image.height,
)


@pytest.fixture
def sixth(monkeypatch):
    """One more format, in the table and nowhere else."""
    monkeypatch.setattr(known_formats, "FORMATS", (*known_formats.FORMATS, SGI))


def test_a_sixth_format_is_read_by_its_record_alone(sixth, fundus, encoded):
    data = encoded(fundus, "SGI")
    assert open_photograph(data).format == "SGI"
    assert np.array_equal(read(data), fundus)
    assert refusal(data[:-200]).code == "cut-off-file"


def test_a_sixth_format_is_found_in_folders_and_named_in_messages(sixth, tmp_path):
    (tmp_path / "eye.SGI").write_bytes(b"")
    assert [each.name for each in list_photographs([tmp_path]).photographs] == ["eye.SGI"]
    assert refusal(bytes(300)).text().endswith(", SGI")
    assert refusal(b"").values["formats"][-1] == "SGI"


def test_without_its_record_a_format_is_unknown(fundus, encoded):
    found = refusal(encoded(fundus, "SGI"))
    assert (found.code, found.values) == ("unknown-format", {"formats": known_formats.names()})


def test_every_module_that_describes_a_format_stands_in_the_table():
    described = [
        module.FORMAT
        for info in pkgutil.iter_modules(formats.__path__)
        if hasattr(module := importlib.import_module(f"{formats.__name__}.{info.name}"), "FORMAT")
    ]
    missing = [each.name for each in described if each not in known_formats.FORMATS]
    assert not missing, f"formats/known_formats.py lacks {missing}"
    assert len(described) == len(known_formats.FORMATS)


def test_every_format_has_a_file_that_tests_read_cut_off_and_damage(files):
    tested = {known_formats.format_of(data).name for data in (*files.values(), HEIC.read_bytes())}
    missing = sorted({*known_formats.names()} - tested)
    assert not missing, f"tests/models/pictures.py, FILES (LOSSLESS, ORIENTED), lacks {missing}"


def test_no_two_formats_claim_the_same_suffix_or_name():
    for all_of_them in (
        known_formats.suffixes(),
        known_formats.names(),
        known_formats.media_types(),
    ):
        assert len(all_of_them) == len(set(all_of_them))
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in known_formats.suffixes())


def test_the_page_on_prediction_lists_the_suffixes():
    listed = ", ".join(f"`{suffix}`" for suffix in known_formats.suffixes())
    assert listed in " ".join((TOP / "docs/predict.md").read_text("utf-8").split()), (
        f"docs/predict.md should say: {listed}"
    )


@pytest.mark.parametrize("package", ["models/gantei", "service/gantei_service"])
def test_nobody_else_keeps_a_list_of_formats(package):
    """Two suffixes side by side are a list, which would drift."""
    suffix = "|".join(each.removeprefix(".") for each in known_formats.suffixes())
    several = re.compile(rf"\b({suffix})\W{{1,6}}({suffix})\b", re.IGNORECASE)
    lists = {
        str(path.relative_to(TOP)): found[0]
        for path in (TOP / package).rglob("*")
        if path.suffix in {".py", ".js", ".html"}
        and path.parent.name != "formats"
        and (found := several.search(path.read_text("utf-8")))
    }
    assert not lists, f"take names() or suffixes() of known_formats.py instead: {lists}"
