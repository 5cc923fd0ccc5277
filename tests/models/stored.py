"""A place in memory, which counts what is asked of it."""

import hashlib
from threading import Lock

from gantei.errors import PhotographError
from gantei.findings.finding import Finding
from gantei.photographs.stored_photograph import Place, ReadFile, StoredFile


class PlaceInMemory(Place):
    """Files by their names; `asked` has a word and a name for each read, look-up and list."""

    def __init__(self, files, address="store://test/", reads_at_once=4):
        """Take the bytes of files by their names."""
        self.address = address
        self.reads_at_once = reads_at_once
        self.contents = dict(files)
        self.asked = []
        self.lock = Lock()

    def version_of(self, name):
        """The version of a file, a digest as stores give one."""
        return f'"{hashlib.md5(self.contents[name]).hexdigest()}"'

    def note(self, *words):
        """Count a request."""
        with self.lock:
            self.asked.append(words)

    def files(self):
        """Give them in an order that no table has."""
        self.note("list")
        for name in sorted(self.contents, reverse=True):
            yield StoredFile(name, len(self.contents[name]), self.version_of(name))

    def read(self, name, most):
        """Read one."""
        self.note("read", name)
        if name not in self.contents:
            raise PhotographError(Finding("stored-missing"))
        if len(self.contents[name]) > most:
            raise PhotographError(Finding("large-file", most=most // 10**6))
        return ReadFile(self.contents[name], self.version_of(name))

    def version(self, name):
        """Look one up."""
        self.note("version", name)
        return self.version_of(name) if name in self.contents else None

    @classmethod
    def of_folder(cls, folder, **options):
        """Take the files of a folder and below."""
        paths = (path for path in folder.rglob("*") if path.is_file())
        return cls(
            {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}, **options
        )
