"""Photographs in a tar archive are what tarfile reads, and hostile archives are refused."""

import gzip
import os
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from gantei.errors import OutputError
from gantei.storage.given_places import given_place
from gantei.storage.tar_archive import TarPlace
from gantei.storage.tar_headers import LONGEST_HEADER

from .archives import MOST, drawn_bytes, read_all, refusal_of, settled, tar_of

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "GNU": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def opened(path, encoding=None):
    return TarPlace(path, f"tar://{path}/", encoding)


def of_tarfile(path):
    """What the original implementation reads."""
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive if each.isreg()}


def header(name=b"a.jpg", size=0, kind=b"0", **fields):
    """A header as tarfile makes it, with some of its fields otherwise."""
    member = tarfile.TarInfo(name.decode())
    member.size, member.type = size, kind
    data = bytearray(member.tobuf(tarfile.USTAR_FORMAT))
    for place, value in fields.get("set", {}).items():
        data[place : place + len(value)] = value
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


def written(path, *pieces):
    """An archive of these headers and bytes, with its end."""
    path.write_bytes(b"".join(pieces) + bytes(1024))
    return settled(path)


def padded(data):
    return data + bytes(-len(data) % 512)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.tar"


@pytest.mark.parametrize("kind", FORMATS)
def test_every_entry_is_what_tarfile_reads(path, kind):
    contents = drawn_bytes(200)
    long_name = "folder/" * 20 + "右.jpg"
    contents |= {long_name: b"long", "ö" * (40 if kind == "ustar" else 400) + ".jpg": b"wide"}
    tar_of(path, contents, format=FORMATS[kind])
    assert read_all(opened(path)) == of_tarfile(path) == contents


@pytest.mark.skipif(shutil.which("tar") is None, reason="needs tar")
@pytest.mark.parametrize("kind", ["v7", "oldgnu", "gnu", "ustar", "pax"])
def test_every_format_of_the_program_tar_is_read(tmp_path, path, kind):
    for name, content in drawn_bytes(20).items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    subprocess.run(["tar", f"--format={kind}", "-cf", path, "-C", tmp_path / "in", "."], check=True)
    assert read_all(opened(settled(path))) == drawn_bytes(20)


def test_a_size_in_base_256_is_read(path):
    written(path, header(set={124: (1 << 95 | 3).to_bytes(12, "big")}), padded(b"abc"))
    assert read_all(opened(path)) == of_tarfile(path) == {"a.jpg": b"abc"}


def test_many_threads_read_at_once(path):
    contents = drawn_bytes(100)
    place = opened(tar_of(path, contents))
    with ThreadPoolExecutor(8) as threads:
        read = threads.map(lambda name: place.read(name, MOST).data, [*contents] * 5)
    assert [*read] == [*contents.values()] * 5


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"6", b"S"])
def test_links_devices_and_sparse_files_are_listed_and_refused(path, kind):
    written(path, header(b"odd.jpg", kind=kind), header(size=1), padded(b"a"))
    place = opened(path)
    assert [file.name for file in place.files()] == ["odd.jpg", "a.jpg"]
    assert refusal_of(place, "odd.jpg") == "linked-entry"
    assert place.read("a.jpg", MOST).data == b"a"


@pytest.mark.skipif(shutil.which("tar") is None, reason="needs tar")
@pytest.mark.parametrize("options", [["--format=gnu"], ["--format=pax"],
                                     ["--format=pax", "--sparse-version=0.0"]])  # fmt: skip
def test_a_sparse_file_of_the_program_tar_is_refused_and_what_follows_is_read(
    tmp_path, path, options
):
    with (tmp_path / "1.jpg").open("wb") as file:
        for place in range(0, 4_000_000, 100_000):
            file.seek(place)
            file.write(b"x")
    (tmp_path / "2.jpg").write_bytes(b"second")
    subprocess.run(["tar", *options, "-S", "-cf", path, "-C", tmp_path, "1.jpg", "2.jpg"],
                   check=True)  # fmt: skip
    place = opened(settled(path))
    assert [file.name for file in place.files()] == ["1.jpg", "2.jpg"]
    assert refusal_of(place, "1.jpg") == "linked-entry"
    assert place.read("2.jpg", MOST).data == b"second"


@pytest.mark.parametrize("name", ["../1.jpg", "/1.jpg", "C:/1.jpg", "a/../../1.jpg"])
def test_a_name_that_leads_out_of_the_archive_is_refused(path, name):
    tar_of(path, {"a.jpg": b"a", name: b"b"})
    with pytest.raises(OutputError, match=r"a\.tar: holds an entry called .* leads out"):
        list(opened(path).files())


def test_a_name_that_repeats_is_refused_alone(path):
    tar_of(path, {"a.jpg": b"a", "b.jpg": b"b", "./a.jpg": b"later"})
    place = opened(path)
    assert refusal_of(place, "a.jpg") == "repeated-entry"
    assert place.read("b.jpg", MOST).data == b"b"


def test_names_of_another_encoding_are_read_where_it_is_said(path):
    tar_of(path, {"患者/右.jpg": b"right"}, format=tarfile.GNU_FORMAT, encoding="cp932")
    with pytest.raises(OutputError, match="say its encoding by --encoding"):
        list(opened(path).files())
    assert read_all(opened(path, "cp932")) == {"患者/右.jpg": b"right"}


@pytest.mark.parametrize(
    "pieces",
    [
        [header(kind=b"L", size=LONGEST_HEADER + 1), bytes(LONGEST_HEADER + 512)],
        [header(kind=b"x", size=LONGEST_HEADER + 1), bytes(LONGEST_HEADER + 512)],
        [header(kind=b"L", size=2), padded(b"a\0")] * 20,
        [header(kind=b"x", size=12), padded(b"12 path=abc\n"[:11] + b"x"), header()],
        [header(kind=b"x", size=9), padded(b"9 size=-1"), header()],
        [header(kind=b"x", size=13), padded(b"13 size=1e10\n"), header()],
        [header(kind=b"g", size=14), padded(b"14 path=a.jpg\n"), header()],
        [header(size=10**9)],
        [header(set={124: b"\xff" * 12})],
        [header(set={124: b"12x45\0"})],
        [header(), b"not a header".ljust(512)],
    ],
)
def test_what_contradicts_itself_is_refused(path, pieces):
    with pytest.raises(OutputError, match=r"a\.tar: (damaged|cut off)"):
        list(opened(written(path, *pieces)).files())


def test_nothing_is_lost_where_the_archive_is_cut_off(path):
    whole = tar_of(path, {"a.jpg": b"a" * 600, "b.jpg": b"b"}).read_bytes()
    for length in (*range(0, 4096, 128), 3071):
        path.write_bytes(whole[:length])
        if len(whole[:length].rstrip(b"\0")) < len(whole.rstrip(b"\0")) or length < 3072:
            with pytest.raises(OutputError, match=r"a\.tar: (damaged|cut off)"):
                list(opened(path).files())


def test_archives_one_behind_the_other_are_refused(path):
    tar_of(path, {"a.jpg": b"a"})
    path.write_bytes(2 * path.read_bytes())
    with pytest.raises(OutputError, match="goes on behind its end"):
        list(opened(path).files())


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_a_compressed_archive_is_refused_with_what_unpacks_it(path, suffix):
    tar_of(path, {"a.jpg": b"a"})
    packed = path.with_name(f"a.tar.{suffix}")
    with tarfile.open(packed, f"w:{suffix}") as archive:
        archive.add(path, "a.jpg")
    with pytest.raises(
        OutputError, match=rf"decompress it: (gunzip|bunzip2|unxz) -c a\.tar\.{suffix}"
    ):
        opened(packed)


@pytest.mark.parametrize("suffix", ["tar.gz", "tgz", "TAR.BZ2", "txz"])
def test_a_compressed_archive_is_refused_also_where_its_file_is_given(tmp_path, suffix):
    packed = tmp_path / f"a.{suffix}"
    packed.write_bytes(gzip.compress(b"0"))
    with pytest.raises(OutputError, match="compressed as a whole"):
        given_place([packed])


def test_what_is_no_tar_is_refused(path):
    path.write_bytes(b"no tar at all" * 1000)
    with pytest.raises(OutputError, match="damaged"):
        list(opened(path).files())


def test_any_change_of_one_byte_of_a_header_is_noticed(path):
    tar_of(path, {"a.jpg": b"picture", "b.jpg": b"another"})
    whole = path.read_bytes()
    for place in (*range(155), *range(156, 512), *range(1024, 1024 + 155)):  # 155: behind its sum
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :])
        with pytest.raises(OutputError, match=r"a\.tar: damaged"):
            list(opened(path).files())


def test_a_change_of_the_archive_is_noticed(path):
    place = opened(tar_of(path, {"a.jpg": b"a"}))
    assert place.read("a.jpg", MOST).version
    tar_of(path, {"a.jpg": b"b"})
    os.utime(path, (1, 1))
    assert refusal_of(place, "a.jpg") == "changed-archive"


def test_an_entry_is_bounded_before_it_is_read(path):
    place = opened(tar_of(path, {"a.jpg": b"abcdef"}))
    assert refusal_of(place, "a.jpg", 5) == "large-file"
    assert place.head("a.jpg", 3) == b"abc"
    assert refusal_of(place, "b.jpg") == "missing-entry"
