"""What a file is that is no photograph is said by its content, whatever it is called."""

import time

import pytest

from gantei.findings.finding import Finding
from gantei.photographs.folder_walk import no_photograph
from gantei.photographs.formats import other_contents
from gantei.photographs.formats.known_formats import format_of
from gantei.photographs.formats.other_contents import HEAD
from gantei.photographs.passed_by import NOUNS, kinds_in_words

from .other_files import LOGIN, OTHERS, SAMPLES
from .pictures import refusal


@pytest.mark.parametrize(("code", "what"), SAMPLES)
def test_a_picture_that_is_something_else_says_what_it_is(code, what, tmp_path):
    path = tmp_path / "eye.jpg"
    path.write_bytes(OTHERS[code][what])
    assert refusal(path).code == code
    assert no_photograph(OTHERS[code][what][:HEAD]) == refusal(path)


def test_formats_that_somebody_has_to_export_are_named():
    named = refusal(OTHERS["vendor-file"]["E2E"])
    assert named == Finding("vendor-file", format="Heidelberg E2E")
    assert "export the photograph" in named.text()
    assert "書き出してください" in named.text("ja")


def test_a_photograph_is_known_by_its_first_bytes(files):
    assert {no_photograph(data[:HEAD]) for data in files.values()} == {None}
    assert no_photograph(bytes(128) + b"DICM" + bytes(200)) is None


def test_a_dicomdir_is_no_photograph_whatever_it_is_called():
    class_of_it = b"\2\0\2\0UI\x14\0" + b"1.2.840.10008.1.3.10\0"
    assert no_photograph(bytes(128) + b"DICM" + class_of_it).code == "dicom-directory"


def test_every_picture_of_bmp_is_known_by_its_head(encoded, fundus):
    assert format_of(encoded(fundus, "BMP")).name == "BMP"
    for bytes_of_head in (12, 40, 52, 56, 64, 108, 124):  # those that Pillow reads
        head = b"BM" + bytes(12) + bytes_of_head.to_bytes(4, "little")
        assert format_of(head).name == "BMP"


@pytest.mark.parametrize(
    "start", [b"", LOGIN, b"<!--", b"<?xml", b"<!DOCTYPE svg", b" " * 2000, b"-->" * 900]
)
@pytest.mark.parametrize(
    "again", [b"<!-- -->", b" ", b"<?xml>", b"<", b"-", b"G", b"PK\3\4", b"P5 "]
)
def test_hostile_first_bytes_take_no_time(start, again):
    head = (start + again * HEAD)[:HEAD]
    began = time.process_time()
    for _ in range(20):
        no_photograph(head)
    assert time.process_time() - began < 2


def test_every_kind_has_a_noun_and_kinds_are_counted_the_most_first():
    kinds = {finding.code for _, finding in other_contents._KINDS}
    assert kinds <= NOUNS.keys()
    reasons = [
        Finding("html-page"),
        *2 * [Finding("thumbnail")],
        Finding("archive-file", format="ZIP"),
    ]
    assert kinds_in_words(reasons) == "2 thumbnails, 1 archive, 1 HTML page"
