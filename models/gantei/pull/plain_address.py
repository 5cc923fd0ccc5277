"""A plain address: of a folder, of the manifest in it, or of a `.zip` that holds one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import SettingError
from ..estimator.folder_files import FolderFile
from ..manifests.file import FILE_NAME
from ..terminal.progress import progress
from ..wire.credentials import token_of_file
from .disk import zip_folder
from .http_folder import HttpFolder
from .http_session import Advice, HttpSession, shown
from .source import EstimatorFolder, PullSource
from .transfer import Transfer

LARGEST_ARCHIVE = 5_000_000_000
"""Bytes; a part of a bundle has at most 4 GB."""


@contextmanager
def addressed_folder(source: PullSource, work: Path) -> Iterator[EstimatorFolder]:
    """Open what an address names; an archive is downloaded whole first."""
    address = source.text
    by_hand = (
        f"By hand: download {shown(address)} on a machine that reaches it, and bring it here: "
        f"gantei pull {source.name} --from FILE_OR_FOLDER"
    )
    advice = Advice(by_hand, "put a token of that machine into a file, --token-file FILE")
    token = token_of_file(source.network.token_file) if source.network.token_file else None
    purpose = f"pull {source.name} from {shown(address)}"
    with HttpSession(purpose, advice, source.network, token) as session, ExitStack() as stack:
        if urlsplit(address).path.lower().endswith(".zip"):
            archive = work / "packed" / "archive.zip"
            archive.parent.mkdir(exist_ok=True)
            with progress(0, "B") as bar:
                file = FolderFile(archive.name, LARGEST_ARCHIVE)
                if not Transfer(session, address, file, archive, bar).run():
                    raise session.failure(address, "is not there: check the address")
            inside = stack.enter_context(zip_folder(archive, source.name))
            yield replace(inside, key=shown(address))
            return
        if "?" in address or "#" in address:
            raise SettingError(f"{shown(address)}: the address of a folder ends without a ? or #")
        base = address.removesuffix(FILE_NAME).rstrip("/") + "/"
        yield HttpFolder(session, base, base)
