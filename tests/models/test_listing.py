"""Every file of a folder is accounted for: it is a photograph, or passed by for a reason."""

import os
import time

import pytest

from gantei.errors import OutputError
from gantei.photographs import folder_walk
from gantei.photographs.listing import list_photographs
from gantei.photographs.passed_by import NOUNS

from .other_files import E2E, LFS, LOGIN, OTHERS, SAMPLES

DICOM = bytes(128) + b"DICM" + bytes(200)


@pytest.fixture
def folder(tmp_path):
    """`folder(name=content, …)`: a folder with these files, names with `/` between."""

    def make(files):
        top = tmp_path / "study"
        for name, content in files.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_bytes(content)
        return top

    return make


def listed(*paths, lines=()):
    """The names of the photographs, and the kind of each other file."""
    found = list_photographs(paths, lines)
    return [each.name for each in found.photographs], {
        each.name: each.why.code for each in found.passed_by
    }


BY_NAME = {
    "@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg": "thumbnail",
    "b/@eaDir/c.jpg@SynoEAStream": "thumbnail",
    ".thumbnails/large/a.png": "thumbnail",
    ".@__thumb/default_a.jpg": "thumbnail",
    "Thumbs.db": "thumbnail",
    "ehthumbs.db": "thumbnail",
    "MVI_0001.THM": "thumbnail",
    "~$list.xlsx": "temporary-file",
    "a.jpg~": "temporary-file",
    "a.jpg.part": "temporary-file",
    "a.jpg.bak": "temporary-file",
    "._a.jpg": "system-file",
    ".DS_Store": "system-file",
    "desktop.ini": "system-file",
    "Icon\r": "system-file",
    "__MACOSX/b/._a.jpg": "system-file",
    "System Volume Information/a.jpg": "system-file",
    "lost+found/a.jpg": "system-file",
    "#snapshot/yesterday/a.jpg": "system-file",
    "#recycle/a.jpg": "deleted-file",
    "$RECYCLE.BIN/S-1-5/$R1.jpg": "deleted-file",
    "@Recycle/a.jpg": "deleted-file",
    ".Trash-1000/files/a.jpg": "deleted-file",
    ".hidden.jpg": "hidden-file",
    ".git/objects/a.jpg": "hidden-file",
    "DICOMDIR": "dicom-directory",
    "notes.txt": "text-file",
    "list.csv": "table-file",
    "list.XLSX": "table-file",
    "report.pdf": "pdf-file",
    "page.html": "html-page",
    "scan.E2E": "vendor-file",
    "scan.fda": "vendor-file",
    "scan.fds": "vendor-file",
    "film.MOV": "video-file",
    "all.zip": "archive-file",
    "IMG_1.CR2": "camera-raw",
    "letter.docx": "document-file",
    "drawing.psd": "other-picture",
}


def test_what_names_tell_is_passed_by_and_never_opened(folder, monkeypatch):
    jpeg = b"\xff\xd8\xff\xe0 would be a photograph by its content"
    top = folder({"a.jpg": b"", **dict.fromkeys(BY_NAME, jpeg)})
    monkeypatch.setattr(folder_walk, "_by_content", lambda entry: pytest.fail(entry.name))
    photographs, others = listed(top)
    assert photographs == ["a.jpg"]
    assert {name.replace("\\r", "\r"): kind for name, kind in others.items()} == BY_NAME


@pytest.mark.parametrize("name", ["IM000001", "1.2.840.113619.2.5", "eye.dat", "eye.JPG_large"])
def test_a_photograph_with_any_name_or_none_is_found_by_its_first_bytes(folder, files, name):
    photographs, others = listed(folder({name: files["JPEG"], f"d/{name}": DICOM}))
    assert (photographs, others) == (sorted([name, f"d/{name}"]), {})


@pytest.mark.parametrize(("code", "what"), SAMPLES)
def test_a_file_without_an_ending_is_told_by_its_first_bytes(folder, code, what):
    assert listed(folder({"a.jpg": b"", "other": OTHERS[code][what]}))[1] == {"other": code}


def test_a_file_that_ends_as_a_picture_is_a_photograph_whatever_it_holds(folder):
    names = ["e2e.png", "empty.dcm", "lfs.tif", "login.jpg"]
    top = folder(dict(zip(names, (E2E, b"", LFS, LOGIN), strict=True)))
    assert listed(top) == (names, {})


def test_a_file_that_is_named_itself_is_a_photograph_wherever_it_lies(folder):
    top = folder({"a.jpg": b"", ".b.jpg": b"", "@eaDir/c.jpg": b"", "notes.txt": b""})
    named = [top / ".b.jpg", top / "notes.txt"]
    assert listed(top, *named) == ([".b.jpg", "a.jpg", "notes.txt"], {"@eaDir/c.jpg": "thumbnail"})
    assert listed(top, lines=[str(top / "@eaDir/c.jpg")])[0] == ["@eaDir/c.jpg", "a.jpg"]
    assert listed(top / "@eaDir") == (["c.jpg"], {})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipes_and_links_to_folders_are_told_and_waited_for_by_nobody(folder, tmp_path):
    top = folder({"a.jpg": b"", "elsewhere/b.jpg": b""})
    os.mkfifo(top / "pipe")
    (top / "link").symlink_to(top / "elsewhere", target_is_directory=True)
    (top / "link.jpg").symlink_to(top / "elsewhere", target_is_directory=True)
    assert listed(top) == (
        ["a.jpg", "elsewhere/b.jpg"],
        {"link": "folder-link", "link.jpg": "folder-link", "pipe": "not-a-file"},
    )


def test_what_cannot_be_read_may_be_a_photograph_and_has_a_row(folder, tmp_path, monkeypatch):
    top = folder({"a.jpg": b"", "IM000001": DICOM})
    (top / "gone").symlink_to(tmp_path / "nowhere")
    (top / "itself").symlink_to(top / "itself")
    opened = os.open

    def refuse(path, *more, **options):
        if os.fspath(path).endswith("IM000001"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *more, **options)

    monkeypatch.setattr(folder_walk.os, "open", refuse)
    assert listed(top) == (["IM000001", "a.jpg", "gone", "itself"], {})


def test_a_folder_that_is_passed_by_may_be_closed_but_no_other(folder, monkeypatch):
    top = folder({"a.jpg": b"", "lost+found/b.jpg": b"", "closed/c.jpg": b""})
    opened = os.scandir

    def scan(path):
        if path.endswith(("lost+found", closed)):
            raise PermissionError(13, "Permission denied", path)
        return opened(path)

    monkeypatch.setattr(os, "scandir", scan)
    closed = "nothing"
    assert listed(top) == (["a.jpg", "closed/c.jpg"], {"lost+found/": "system-file"})
    closed = "closed"
    with pytest.raises(OutputError, match="closed: cannot be read"):
        listed(top)


def test_a_folder_without_photographs_says_what_is_in_it(folder):
    top = folder({"notes.txt": b"", "@eaDir/a.jpg": b"", "scan.E2E": E2E, "b.txt": b""})
    with pytest.raises(OutputError, match="only 2 text files, 1 thumbnail, 1 vendor file"):
        listed(top)


def test_every_kind_that_a_name_tells_has_a_noun():
    assert {*BY_NAME.values(), *OTHERS} <= NOUNS.keys()


def test_ten_thousand_names_with_known_endings_are_listed_without_opening_one(folder, monkeypatch):
    top = folder({f"{number % 20}/{number}.jpg": b"" for number in range(10_000)})
    monkeypatch.setattr(folder_walk.os, "open", lambda *_: pytest.fail("opened"))
    began = time.process_time()
    assert len(list_photographs([top]).photographs) == 10_000
    assert time.process_time() - began < 2
