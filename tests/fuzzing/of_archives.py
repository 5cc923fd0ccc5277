"""Changes of a zip archive: a `.keras` file, or a `.zip` that holds a Keras file."""

import io
import zipfile

from .of_bytes import files

_NAMES = (
    *("../escaped.h5", "/tmp/escaped.h5", "..\\escaped.h5", "C:escaped.h5", "a/../../escaped.h5"),
    *("config.json", "metadata.json", "model.weights.h5", "model.h5", "MODEL.H5", "x.keras"),
    *("__MACOSX/._model.h5", "é.h5", "a/", "a/b/model.h5", "", ".", "x.h5/", "model.h5\0.txt"),
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
# Fields of a central record: (offset, bytes).
_FIELDS = ((4, 2), (6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (42, 4))


class Archive:
    """Members on their way to an archive: [name, bytes, method]."""

    files = staticmethod(files)

    def __init__(self, random):
        names = [name for name, data in self.files().items() if data.startswith(b"PK\3\4")]
        self.name = random.choice(names)
        with zipfile.ZipFile(io.BytesIO(self.files()[self.name])) as archive:
            self.members = [[n, archive.read(n), zipfile.ZIP_STORED] for n in archive.namelist()]
        self.patches = []

    def change(self, random):
        """Make one to three changes."""
        for _ in range(random.choice((1, 1, 2, 3))):
            if not self.members:
                return
            random.choice(_CHANGES)(self, random)

    def write(self, folder, random):
        """Write the file and return its path."""
        memory = io.BytesIO(random.choice((b"", b"", b"", b"x" * 100)))
        memory.seek(0, io.SEEK_END)
        with zipfile.ZipFile(memory, "a") as archive:
            for name, data, method in self.members:
                info = zipfile.ZipInfo("x")
                info.filename, info.compress_type = name, method
                info.external_attr = random.choice((0, 0, 0o120777 << 16, 0o40755 << 16))
                archive.fp.seek(0, io.SEEK_END)
                _quietly(archive, info, data)
        data = bytearray(memory.getvalue())
        for patch in self.patches:
            patch(data)
        path = folder / f"input.{self.name.rpartition('.')[2]}"
        path.write_bytes(data)
        return path


def _quietly(archive, info, data):
    archive.NameToInfo.pop(info.filename, None)  # or it warns of two members of one name
    archive.writestr(info, data)


def _rename(archive, random):
    random.choice(archive.members)[0] = random.choice(_NAMES)


def _method(archive, random):
    random.choice(archive.members)[2] = random.choice(_METHODS)


def _drop(archive, random):
    archive.members.remove(random.choice(archive.members))


def _repeat(archive, random):
    archive.members.append(list(random.choice(archive.members)))


def _add(archive, random):
    data = random.choice((b"", b"x", b"{}", bytes(300_000), random.choice(list(files().values()))))
    archive.members.append([random.choice(_NAMES), data, random.choice(_METHODS)])


def _bomb(archive, random):
    member = random.choice(archive.members)
    member[1], member[2] = member[1] + bytes(random.choice((10**5, 10**7))), zipfile.ZIP_DEFLATED


def _exchange(archive, random):
    one, other = random.choice(archive.members), random.choice(archive.members)
    one[1], other[1] = other[1], one[1]


def _damage(archive, random):
    member = random.choice(archive.members)
    data = bytearray(member[1])
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    member[1] = bytes(data)


def _lie(archive, random):
    """Change a field of a record: flags, method, checksum, sizes, length of the name, place."""
    mark = random.choice((b"PK\x01\x02", b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"))
    offset, size = random.choice(_FIELDS)
    number = random.choice((0, 1, 8, 9, 12, 14, 99, 0xFFFF, 100, 10**6, 2**31, 2**32 - 1))
    nth = random.randrange(3)

    def patch(data):
        place = -1
        for _ in range(nth + 1):
            found = data.find(mark, place + 1)
            place = found if found >= 0 else place
        if place >= 0 and place + offset + size <= len(data):
            end = place + offset + size
            data[place + offset : end] = (number % 256**size).to_bytes(size, "little")

    archive.patches.append(patch)


_CHANGES = (
    *(_rename, _rename, _method, _method, _drop, _repeat, _add, _add, _bomb, _exchange),
    *(_damage, _lie, _lie, _lie),
)
