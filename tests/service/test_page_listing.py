"""Which of the dropped files the page takes for photographs: those that `gantei predict` takes."""

import pytest

from .browsing import needs_browser

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

FILES = {
    "1.jpg": True,
    "2.JFIF": True,
    "eyes/3.tiff": True,
    "eyes/notes.txt": False,
    "4.dcm": True,
    "5.dcm": True,
    "IM000001": True,
    "1.2.826.0.1.17": True,
    "IM000002": False,
    "IM000003": True,
    "IM000004.dat": False,
    "report.pdf": False,
    ".5.jpg": False,
    ".thumbnails/6.jpg": False,
    "eyes/.7.png": False,
    "eyes/v1.2/8.png": True,
    "@eaDir/9.jpg/SYNOPHOTO_THUMB_XL.jpg": False,
    "eyes/#recycle/10.jpg": False,
    "~$11.jpg": False,
    "my@eaDir/12.jpg": True,
}
DICOM = ["5.dcm", "IM000001", "1.2.826.0.1.17", "report.pdf", "eyes/notes.txt"]
"""Files that have the mark of DICOM, whatever their names."""
JPEG = ["IM000003", "IM000004.dat"]
"""Files that begin as a JPEG does: the page opens those only whose names have no ending."""


def taken(module, paths, room=2000):
    code = """async (files, { paths, room, dicom, jpeg }) => {
        const first = (path) => new Uint8Array(jpeg.includes(path) ? [255, 216, 255] : [0, 0, 0]);
        const mark = (path) => dicom.includes(path) ? "DICM" : "none";
        const bytes = (path) => [first(path), new Uint8Array(125), mark(path), path];
        const found = paths.map((path) => ({ file: new File(bytes(path), path), path }));
        const { pictures, others, tooMany } = await files.sorted(found, room);
        return [pictures.map(({ path }) => path), others, tooMany];
    }"""
    given = {"paths": paths, "room": room, "dicom": DICOM, "jpeg": JPEG}
    return module("files", code, given)


def test_pictures_are_taken_and_hidden_or_other_files_are_not(module):
    pictures = [path for path, is_taken in FILES.items() if is_taken]
    assert taken(module, [*FILES]) == [pictures, len(FILES) - len(pictures), 0]


@pytest.mark.parametrize(("count", "too_many"), [(2, 0), (3, 0), (4, 1)])
def test_as_many_are_taken_as_there_is_room_for(module, count, too_many):
    paths = [f"{number}.png" for number in range(count)]
    assert taken(module, paths, room=3) == [paths[:3], 0, too_many]
