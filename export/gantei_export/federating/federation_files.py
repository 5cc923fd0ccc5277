"""A message of a federation: a signed folder with its JSON, its numbers, and whom they are from.

`federation.json` in its one form, `sums.bin` where there are numbers, `model.sig` over all; a round
carries the signed answers of all sites, too: `joins/1` … to round 0, by which each site sees for
itself whose masks cancel its own, and `answers/1` … to the round before, of which it was made.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray
from pydantic import ValidationError

from gantei.errors import OutputError, SignatureError
from gantei.manifests.record import Record
from gantei.signing.contents import SIGNATURE_FILE, Contents, contents, read_signature
from gantei.signing.json_text import first_break, parsed_json
from gantei.signing.judging import judge
from gantei.signing.signature_file import read_bundle
from gantei.signing.signing import sign_folder
from gantei.signing.trust import PublisherKey
from gantei.system.files import atomic_write, ensure_folder, read_bounded

from .federation_errors import FederationError
from .message_arrays import array_bytes, arrays_of, arrays_size
from .message_names import (
    ARRAYS_FILE,
    JOINS_FOLDER,
    JSON_FILE,
    LARGEST_FILES,
    LARGEST_JSON,
    check_names,
)
from .message_records import RoundMessage, SiteAnswer

_NOTHING = hashlib.sha256().hexdigest()

MessageRecord = TypeVar("MessageRecord", RoundMessage, SiteAnswer)
_INCOMING = "message"
"""What a folder is called in its signature, whatever name its owner gives it."""


@dataclass(frozen=True)
class SigningKey:
    """With which key to sign.

    Attributes:
        file: a private key in PEM.
        password: of it, where it is encrypted.
    """

    file: Path
    password: bytes | None = None


@dataclass(frozen=True)
class FederationMessage(Generic[MessageRecord]):
    """A message that was read, its signature verified.

    Attributes:
        folder: where it was.
        record: what its JSON says.
        arrays: its numbers, by name.
        digest: of all its files but the signature, by which the next message names it.
        signer: the id of the key that signed it.
        arrays_sha256: of the file of its numbers; empty: it has none.
    """

    folder: Path
    record: MessageRecord
    arrays: Mapping[str, NDArray[Any]]
    digest: str
    signer: str
    arrays_sha256: str = ""


def canonical_json(record: Record) -> bytes:
    """Write a record in its one form: keys in order, a line for each."""
    tables = record.model_dump(mode="json")
    text = json.dumps(tables, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def record_digest(record: Record) -> str:
    """Digest a record as it is written."""
    return hashlib.sha256(canonical_json(record)).hexdigest()


def write_message(
    folder: Path,
    record: RoundMessage | SiteAnswer,
    arrays: Mapping[str, NDArray[Any]],
    key: SigningKey,
    carried: Mapping[str, Path] | None = None,
    keep: Callable[[Path], object] = lambda folder: None,
) -> str:
    """Write a message and sign it; the folder appears whole, or not at all.

    Args:
        folder: is not there yet.
        record: what its JSON says.
        arrays: its numbers, as `record.arrays` describes them.
        key: with which it is signed.
        carried: folders of signed answers that go with it, by the place of each in there, such as
            `joins/1`.
        keep: is given the whole message before it appears, so that none is sent that is not kept.

    Returns:
        Its digest.

    Raises:
        OutputError: the folder is there already, or cannot be written.
        SettingError: the key cannot be used.
    """
    refuse_existing(folder)
    ensure_folder(folder.parent)
    try:
        incoming = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error
    try:
        message = incoming / _INCOMING
        _fill(message, record, arrays, carried or {})
        sign_folder(message, key.file, key.password, check=check_message)
        digest = contents_digest(contents(message))
        keep(message)
        message.rename(folder)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    return digest


def refuse_existing(folder: Path) -> None:
    """See that a message may be written into a folder, before any work.

    Raises:
        OutputError: something is there.
    """
    if os.path.lexists(folder):
        raise OutputError(f"{folder}: exists already; name another --out, or remove it first")


def read_message(
    folder: Path, kind: type[MessageRecord], keys: Mapping[str, PublisherKey]
) -> FederationMessage[MessageRecord]:
    """Read a message that one of `keys` has signed, as it was signed.

    Sizes are checked before a file is read, and the signature before anything is parsed; what is
    parsed is the bytes that were digested.

    Args:
        folder: of the message.
        kind: the record that its JSON must hold.
        keys: that count, by id.

    Raises:
        SignatureError: it is unsigned, signed by another key, or was changed since.
        FederationError: it is none of that kind, or breaks its form; names folder and file.
        MissingExtraError: `cryptography` is not installed.
    """
    return with_numbers(read_heading(folder, kind, keys))


def read_heading(
    folder: Path, kind: type[MessageRecord], keys: Mapping[str, PublisherKey]
) -> FederationMessage[MessageRecord]:
    """Read all of a message but its numbers, of which it says how many they are.

    Raises:
        SignatureError, FederationError, MissingExtraError: as `read_message`.
    """
    check_names(folder)
    text = read_bounded(folder / JSON_FILE, LARGEST_JSON, FederationError)
    found = contents(folder, {JSON_FILE: hashlib.sha256(text).hexdigest()})
    signer = _signer_of(folder, found, keys)
    record = _record_of(text, kind, folder / JSON_FILE)
    numbers = found.digests.get(ARRAYS_FILE, "")
    return FederationMessage(folder, record, {}, contents_digest(found), signer, numbers)


def with_numbers(heading: FederationMessage[MessageRecord]) -> FederationMessage[MessageRecord]:
    """Read the numbers of a message whose heading was read, as they were signed.

    Raises:
        FederationError: they are more or fewer than it says, or were replaced since.
    """
    where, described = heading.folder / ARRAYS_FILE, heading.record.arrays
    size = arrays_size(described, str(where))
    numbers = read_bounded(where, size, FederationError) if heading.arrays_sha256 else b""
    if hashlib.sha256(numbers).hexdigest() != (heading.arrays_sha256 or _NOTHING):
        raise FederationError(f"{where}: was replaced while it was read; try again")
    return replace(heading, arrays=arrays_of(numbers, described, str(where)))


def check_message(folder: Path, found: Contents) -> None:
    """See that a folder holds a message that can be read again, before it is signed.

    Raises:
        FederationError: it holds another file, or JSON in another form.
    """
    check_names(folder)
    text = read_bounded(folder / JSON_FILE, LARGEST_JSON, FederationError)
    if (folder / JOINS_FOLDER).exists() or b'"kind": "round"' in text:
        _record_of(text, RoundMessage, folder / JSON_FILE)
    else:
        _record_of(text, SiteAnswer, folder / JSON_FILE)


def contents_digest(found: Contents) -> str:
    """Digest a folder: its files' names and digests, without the signature."""
    listed = json.dumps(found.digests, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(listed.encode()).hexdigest()


def _fill(
    folder: Path,
    record: RoundMessage | SiteAnswer,
    arrays: Mapping[str, NDArray[Any]],
    carried: Mapping[str, Path],
) -> None:
    folder.mkdir()
    with atomic_write(folder / JSON_FILE) as file:
        file.write(canonical_json(record))
    if arrays:
        with atomic_write(folder / ARRAYS_FILE) as file:
            file.write(array_bytes(arrays))
    for name, answer in carried.items():
        into = folder / name
        into.mkdir(parents=True)
        for each in LARGEST_FILES:
            if (answer / each).exists():
                shutil.copyfile(answer / each, into / each)


def _signer_of(folder: Path, found: Contents, keys: Mapping[str, PublisherKey]) -> str:
    """Give the id of the trusted key that signed a folder as it is."""
    content = read_signature(folder)
    if content is None:
        raise SignatureError(f"{folder}: is unsigned: it holds no {SIGNATURE_FILE}")
    try:
        signer = read_bundle(content).key_id
    except SignatureError as error:
        raise SignatureError(f"{folder / SIGNATURE_FILE}: {error}") from error
    known = {signer: keys[signer]} if signer in keys else {}
    verdict = judge(folder, "federation", known, lambda: found)
    if verdict.state == "foreign":
        raise SignatureError(
            f"{folder}: is signed by key {signer}, which no --trust names; ask whose it is, by "
            "telephone and not by what came with the file, then name its public key"
        )
    if verdict.state != "valid":
        why = verdict.finding.text() if verdict.finding else verdict.state
        raise SignatureError(f"{folder}: {why}")
    return signer


def _record_of(text: bytes, kind: type[MessageRecord], where: Path) -> MessageRecord:
    try:
        parsed_json(text)  # no key twice
        record = kind.model_validate_json(text)
    except SignatureError as error:
        raise FederationError(f"{where}: {error}") from error
    except ValidationError as error:
        wanted = "a round" if kind is RoundMessage else "the answer of a site"
        raise FederationError(f"{where}: is not {wanted}: {first_break(error)}") from error
    if canonical_json(record) != text:
        raise FederationError(
            f"{where}: is not in the canonical form in which messages are written"
        )
    return record
