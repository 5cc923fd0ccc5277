"""The trust file: whose signatures count here, and whether an estimator needs one.

`trust.toml` stands in `GANTEI_HOME`, or where `GANTEI_TRUST_FILE` says. `GANTEI_TRUST=require`
keeps estimators from opening that no key of it has signed as they are.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from ..catalogue import store
from ..errors import SettingError
from ..manifests.fields import Line, Sha256
from ..manifests.file import breaks
from ..manifests.record import Record
from ..system.files import atomic_write, read_bounded
from .keys import is_in_one_form, key_id

VARIABLE = "GANTEI_TRUST"
FILE_VARIABLE = "GANTEI_TRUST_FILE"
FILE_NAME = "trust.toml"
LARGEST_FILE = 1_000_000
"""Bytes; a key takes 300."""

Policy = Literal["warn", "require"]
Pem = Annotated[
    str,
    StringConstraints(
        pattern=r"^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PUBLIC KEY-----\n$",
        max_length=1000,
    ),
]
NamePattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9*-]+$", max_length=80)]


class PublisherKey(Record):
    """A key, and what its signatures count for.

    Attributes:
        id: sha256 of the PEM text.
        publisher: whose it is, in the words of who added it.
        estimators: the names that it may sign; `*` stands for any letters.
        revoked: since when and why it counts no more; a signature bears no date that could be
            relied on, so what it signed before counts no more either.
        pem: the public key.
    """

    id: Sha256
    publisher: Line
    estimators: Annotated[list[NamePattern], Field(min_length=1, max_length=1000)] = Field(
        default=["*"]
    )
    revoked: Line | None = None
    pem: Pem

    @model_validator(mode="after")
    def _id_is_that_of_the_key(self) -> "PublisherKey":
        if self.id != key_id(self.pem):
            raise ValueError(f"id: is not that of the pem, which is {key_id(self.pem)}")
        if not is_in_one_form(self.pem):
            raise ValueError("pem: is no key as gantei trust add writes it; add its file by that")
        return self

    def may_sign(self, name: str) -> bool:
        """Whether estimators of this name are this publisher's."""
        return any(fnmatchcase(name, pattern) for pattern in self.estimators)


class _TrustFile(Record):
    key: Annotated[list[PublisherKey], Field(max_length=1000)] = Field(default=[])

    @model_validator(mode="after")
    def _each_key_once(self) -> "_TrustFile":
        ids = [key.id for key in self.key]
        if twice := next((each for each in ids if ids.count(each) > 1), None):
            raise ValueError(f"key: {twice} stands here twice")
        return self


def policy() -> Policy:
    """Read `GANTEI_TRUST`.

    Raises:
        SettingError: it is neither `warn`, which it is where it is not set, nor `require`.
    """
    match os.environ.get(VARIABLE, "warn"):
        case "warn" | "require" as chosen:
            return chosen
        case other:
            raise SettingError(f"{VARIABLE} is 'warn' or 'require', not {other!r}")


def trust_path() -> Path:
    """Where the trust file stands, or would."""
    if chosen := os.environ.get(FILE_VARIABLE):
        return Path(chosen).expanduser()
    return store.home() / FILE_NAME


def trusted_keys() -> Mapping[str, PublisherKey]:
    """Read the trust file: each key, revoked ones too, by its id.

    Raises:
        SettingError: it breaks the schema, or `GANTEI_TRUST_FILE` names one that is not there.
    """
    return {key.id: key for key in _parsed(_content(), str(trust_path())).key}


def add_key(pem: str, publisher: str, estimators: list[str] | None = None) -> PublisherKey:
    """Add a publisher's key at the end of the trust file; all that stands in it stays.

    Raises:
        SettingError: the key is in it already, or what is said of it makes no sense.
        OutputError: the file cannot be written.
    """
    lines = ["[[key]]", f'id = "{key_id(pem)}"', f"publisher = {_quoted(publisher)}"]
    if estimators:
        lines.append(f"estimators = [{', '.join(map(_quoted, estimators))}]")
    lines.append(f'pem = """\n{pem}"""\n')
    before = _content(may_be_missing=True)
    _write(f"{before.rstrip()}\n\n".lstrip("\n") + "\n".join(lines))
    return trusted_keys()[key_id(pem)]


def revoke_key(identity: str, because: str) -> PublisherKey:
    """Mark a key of the trust file as revoked.

    Args:
        identity: its id, or the beginning of it that no other has.
        because: since when and why.

    Raises:
        SettingError: no key, or more than one, begins so; or it is revoked already.
        OutputError: the file cannot be written.
    """
    found = [key for each, key in trusted_keys().items() if each.startswith(identity)]
    if len(found) != 1:
        raise SettingError(f"{len(found)} keys of {trust_path()} begin with {identity!r}, not one")
    (key,) = found
    if key.revoked is not None:
        raise SettingError(f"key {key.id} is revoked already: {key.revoked}")
    line, revoked = f'id = "{key.id}"\n', f"revoked = {_quoted(because)}"
    content = _content()
    if content.count(line) != 1:
        raise SettingError(f"{trust_path()}: was written by hand; add to key {key.id}: {revoked}")
    _write(content.replace(line, f"{line}{revoked}\n"))
    return trusted_keys()[key.id]


def _content(*, may_be_missing: bool = False) -> str:
    path = trust_path()
    if not os.path.lexists(path) and (may_be_missing or not os.environ.get(FILE_VARIABLE)):
        return ""
    try:
        return read_bounded(path, LARGEST_FILE, SettingError).decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettingError(f"{path}: not TOML: {error}") from error


def _parsed(content: str, where: str) -> _TrustFile:
    try:
        return _TrustFile.model_validate(tomllib.loads(content))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingError(f"{where}: not TOML: {error}") from error
    except ValidationError as error:
        raise SettingError(breaks(error, _TrustFile, where)) from error


def _write(content: str) -> None:
    _parsed(content, str(trust_path()))
    trust_path().parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(trust_path()) as file:
        file.write(content.encode())


def _quoted(text: str) -> str:
    """Write a TOML string: that of JSON, but for one letter."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
