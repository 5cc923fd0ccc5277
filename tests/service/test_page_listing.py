"""Which of the dropped files the page takes, and why it leaves the others: as `gantei predict`."""

import pytest

from gantei.photographs.folder_walk import files_below

from .browsing import needs_browser

pytest.importorskip("fastapi", reason="the service's packages are not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

pytestmark = [pytest.mark.reference, needs_browser]

JPEG, DICOM, ELEMENT, NOTHING = (
    b"\xff\xd8\xff" + bytes(200),
    bytes(128) + b"DICM" + bytes(100),
    b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100" + bytes(100),  # DICOM without a preamble
    bytes(200),
)
FILES = {
    "1.jpg": NOTHING,
    "2.JFIF": NOTHING,
    "eyes/3.tiff": NOTHING,
    "eyes/notes.txt": DICOM,
    "labels.XLSX": NOTHING,
    "4.dcm": NOTHING,
    "IM000001": DICOM,
    "1.2.826.0.1.17": DICOM,
    "IM000002": NOTHING,
    "IM000003": JPEG,
    "IM000004.dat": JPEG,
    "IM000005.dat": NOTHING,
    "IM000006": ELEMENT,
    "empty": b"",
    "DICOMDIR": DICOM,
    "report.pdf": DICOM,
    "archive.tgz": NOTHING,
    "drawing.svg": b"<svg/>",
    ".5.jpg": JPEG,
    ".DS_Store": NOTHING,
    "._6.jpg": JPEG,
    "7.jpg~": JPEG,
    ".jpg": JPEG,
    "Thumbs.db": NOTHING,
    ".thumbnails/6.jpg": JPEG,
    ".cache/eyes/6.jpg": JPEG,
    "eyes/.7.png": JPEG,
    "eyes/v1.2/8.png": JPEG,
    "@eaDir/9.jpg/SYNOPHOTO_THUMB_XL.jpg": JPEG,
    "eyes/#recycle/10.jpg": JPEG,
    "~$11.jpg": JPEG,
    "my@eaDir/12.jpg": JPEG,
    "constructor": NOTHING,
}
WHY = """async ({ whyNone }, files) => {
    const reasons = files.map(async ([path, bytes]) =>
        [path, await whyNone(new File([new Uint8Array(bytes)], path), path)]);
    return Object.fromEntries(await Promise.all(reasons));
}"""


def test_each_file_is_taken_or_left_out_for_the_reason_that_the_library_has(module, tmp_path):
    for path, content in FILES.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    found = module("recognition", WHY, [[path, [*content]] for path, content in FILES.items()])
    expected = {
        str(path)[len(str(tmp_path)) + 1 :]: why and {"code": why.code, "values": dict(why.values)}
        for path, why in files_below(str(tmp_path))
    }
    for listed in (found, expected):
        for why in filter(None, listed.values()):
            why["values"].pop("formats", None)
    assert found == expected
    assert sum(why is None for why in found.values()) == 11


SORTED = """async (files, { paths, room }) => {
    const found = paths.map((path) => ({ file: new File([], path), path }));
    found.push({ path: "locked/", why: "unreadable" });
    return files.sorted(found, room);
}"""


@pytest.mark.parametrize(("count", "too_many"), [(2, 0), (3, 0), (4, 1), (200, 197)])
def test_as_many_are_taken_as_there_is_room_for_and_each_other_is_named(module, count, too_many):
    paths = [f"{number}.png" for number in range(count)]
    answer = module("files", SORTED, {"paths": paths, "room": 3})
    assert [each["path"] for each in answer["pictures"]] == paths[:3]
    assert answer["others"] == [
        *({"path": path, "why": "tooMany"} for path in paths[3:]),
        {"path": "locked/", "why": "unreadable"},
    ]
    assert len(answer["others"]) == too_many + 1


DROPPED = """async ({ dropped }, { files, locked }) => {
    const file = (path) => ({ fullPath: path, file: (resolve, reject) =>
        path.endsWith("gone.jpg") ? reject(new Error("gone")) : resolve(new File([], path)) });
    const folder = (path, entries) => {
        const pieces = [entries, []];
        const readEntries = (resolve, reject) =>
            path.endsWith(locked) ? reject(new Error("locked")) : resolve(pieces.shift());
        return { isDirectory: true, fullPath: path, createReader: () => ({ readEntries }) };
    };
    const many = Array.from({ length: files }, (_, number) => file(`/disk/${number}.jpg`));
    const inside = [file("/disk/gone.jpg"), folder("/disk/locked", []), ...many];
    const webkitGetAsEntry = () => folder("/disk", inside);
    const item = { kind: "file", webkitGetAsEntry, getAsFile: () => null };
    const found = await dropped({ items: [item, { kind: "string" }] });
    return found.map(({ path, why }) => [path, why ?? null]);
}"""


def test_of_a_folder_what_cannot_be_read_and_what_is_not_looked_at_is_named(module):
    found = module("files", DROPPED, {"files": 2, "locked": "/locked"})
    assert found == [
        ["disk/gone.jpg", "unreadable"], ["disk/locked/", "unreadable"],
        ["disk/0.jpg", None], ["disk/1.jpg", None],
    ]  # fmt: skip
    found = module("files", DROPPED, {"files": 20_005, "locked": "/nothing"})
    assert len(found) == 20_001
    assert found[-2:] == [["disk/19998.jpg", None], ["disk/", "rest"]]
