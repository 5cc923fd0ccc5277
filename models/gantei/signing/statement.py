"""The list of files that is signed: an in-toto statement with Model Signing's predicate."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from ..errors import SignatureError
from ..manifests.fields import Sha256
from ..manifests.record import Record
from .contents import MOST_FILES, SIGNATURE_FILE
from .json_text import first_break, parsed_json

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"


def _inside(name: str) -> str:
    """See that a name stays in the folder, written in its one form."""
    parts = name.split("/")
    if {"", ".", ".."} & {*parts} or "\\" in name or ":" in name or not name.isprintable():
        raise ValueError(f"{name!r} is no name of a file in the folder")
    if name == SIGNATURE_FILE:
        raise ValueError("a signature cannot list itself")
    return name


class _Resource(Record):
    name: Annotated[str, Field(max_length=1000), AfterValidator(_inside)]
    algorithm: Literal["sha256"]
    digest: Sha256


class _ExtensibleRecord(Record):
    """A table that newer signers may add to; what they add is signed too."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Serialization(_ExtensibleRecord):
    method: Literal["files"]
    hash_type: Literal["sha256"]


class _Predicate(_ExtensibleRecord):
    serialization: _Serialization
    resources: list[_Resource] = Field(min_length=1, max_length=MOST_FILES)


class _Digest(Record):
    sha256: Sha256


class _Subject(_ExtensibleRecord):
    name: str
    digest: _Digest


class _Statement(Record):
    type: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: list[_Subject] = Field(min_length=1, max_length=1)
    predicate_type: Literal["https://model_signing/signature/v1.0"] = Field(alias="predicateType")
    predicate: _Predicate


def write_statement(name: str, digests: Mapping[str, str]) -> bytes:
    """Write the statement of a folder.

    Args:
        name: what the folder is called; nobody checks it.
        digests: sha256 of each file, by its name in the folder, with `/` between folders.
    """
    names = sorted(digests, key=lambda each: each.split("/"))
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": _root(digests[each] for each in names)}},
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                # Model Signing's own verifier passes these by; gantei passes nothing by.
                "ignore_paths": [SIGNATURE_FILE],
            },
            "resources": [
                {"name": each, "algorithm": "sha256", "digest": digests[each]} for each in names
            ],
        },
    }
    return json.dumps(statement).encode()


def read_statement(payload: bytes) -> dict[str, str]:
    """Read the sha256 of each file from a statement whose signature was verified.

    Raises:
        SignatureError: it is none, names a file twice or outside the folder, or digests
            otherwise than by files and sha256.
    """
    try:
        statement = _Statement.model_validate(parsed_json(payload))
    except ValidationError as error:
        raise SignatureError(first_break(error)) from error
    resources = statement.predicate.resources
    digests = {each.name: each.digest for each in resources}
    if len(digests) != len(resources):
        raise SignatureError("it lists a file twice")
    if statement.subject[0].digest.sha256 != _root(each.digest for each in resources):
        raise SignatureError("the digest of all files is not that of the files listed")
    return digests


def _root(digests: Iterable[str]) -> str:
    return hashlib.sha256(b"".join(map(bytes.fromhex, digests))).hexdigest()
