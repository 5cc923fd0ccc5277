"""Files that are no photographs, made by the programs that make such files where one is here."""

import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile
from bz2 import compress

import numpy as np
from PIL import Image


def drawn(format, **options):
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 90, 40)).save(file, format, **options)
    return file.getvalue()


def zipped(member):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "x" * 100)
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.jpg"))
    return file.getvalue()


def numbers():
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (x)")
    return connection.serialize()


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 41560\n"
LOGIN = b"\xef\xbb\xbf\r\n<!-- saved -->\n<!DOCTYPE HTML PUBLIC><html><title>Log in</title>"
E2E = b"CMDb" + bytes(32) + b"MDbMDir" + bytes(60)
VIDEO = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41\0\0\0\x08free"
OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

OTHERS = {
    "archive-file": {
        "ZIP": zipped("a.jpg"),
        "gzip": gzip.compress(b"x"),
        "bzip2": compress(b"x"),
        "xz": lzma.compress(b"x"),
        "tar": tarred(),
    },
    "camera-raw": {"CR2": b"II*\0\x10\0\0\0CR\2\0" + bytes(200), "RAF": b"FUJIFILMCCD-RAW 0201"},
    "data-file": {"NumPy": numbers(), "SQLite": database()},
    "document-file": {"old": OFFICE, "new": zipped("[Content_Types].xml"), "RTF": b"{\\rtf1\\ansi"},
    "empty-file": {"empty": b""},
    "git-lfs-pointer": {"pointer": LFS},
    "html-page": {"login": LOGIN, "XHTML": b'<?xml version="1.0"?>\n<html xmlns="x">'},
    "other-picture": {
        "EPS": drawn("EPS"),
        "ICO": drawn("ICO"),
        "SVG": b'<?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC "-//">\n<svg width="2">',
        "JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40),
        "Photoshop": b"8BPS\0\1" + bytes(40),
    },
    "pdf-file": {"PDF": drawn("PDF")},
    "text-file": {
        "plain": b"not a picture",
        "XML": b'<?xml version="1.0"?>\n<report/>',
        "JSON": b'{"photographs": []}',
        "CP932": "写真,右眼\r\n".encode("cp932"),
        "UTF-16": "写真\r\n".encode("utf-16"),
        "BM": b"BM is how a bitmap begins, and this sentence",
        "P5": b"P5 2023 is the number of this report",
    },
    "unknown-format": {"noise": np.random.default_rng(3).bytes(5000), "zeros": bytes(300)},
    "vendor-file": {"E2E": E2E, "FDA": b"FOCTFDA\2\0\0\0\xe8\3\0\0", "VOL": b"HSF-OCT-103\0\0"},
    "video-file": {"MP4": VIDEO, "AVI": b"RIFF\0\0\1\0AVI LIST", "MKV": b"\x1aE\xdf\xa3\x93B\x82"},
}
"""By the code under which they are told, and by what they are."""
SAMPLES = [(code, what) for code, files in OTHERS.items() for what in files]
