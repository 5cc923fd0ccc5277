"""Archives and tables of pictures as the original programs write them, and reading them back."""

import io
import os
import random
import tarfile
import zipfile

import pytest

from gantei.errors import OutputError, PhotographError

LONG_AGO = 1_000_000_000
MOST = 10**9


def drawn_bytes(count, seed=1):
    """Bytes of files of all lengths up to some thousand, by their names in folders."""
    random_bytes = random.Random(seed)
    return {
        f"folder {number % 3}/右{number}.jpg": random_bytes.randbytes(number * 37 % 3000)
        for number in range(count)
    }


def settled(path):
    """The file, as if nobody had changed it for long."""
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def zip_of(path, contents, method=zipfile.ZIP_DEFLATED):
    """Write an archive as `zipfile` does."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return settled(path)


def tar_of(path, contents, **options):
    """Write an archive as `tarfile` does."""
    with tarfile.open(path, "w", **options) as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return settled(path)


def read_all(place):
    """The bytes of all that a place lists, each read by itself, with the version of the list."""
    contents = {}
    for file in place.files():
        read = place.read(file.name, MOST)
        assert read.version == file.version == place.version(file.name)
        assert file.size in (None, len(read.data))
        contents[file.name] = read.data
    return contents


def refusal_of(place, name, most=MOST):
    """The code of the finding with which a read is refused."""
    with pytest.raises(PhotographError) as caught:
        place.read(name, most)
    return caught.value.code


def words_of_refusal(call):
    """What is said of an archive that is refused as a whole."""
    with pytest.raises(OutputError) as caught:
        call()
    return str(caught.value)
