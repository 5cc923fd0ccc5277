"""`model.sig`: a Sigstore bundle that holds a DSSE envelope, which holds a list of files.

Read strictly, so that no byte of the file may change: no unknown key, no space, one signature,
base64 in its one form.
"""

import base64
import json
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, ValidationError

from ..errors import SignatureError
from ..manifests.fields import Sha256
from ..manifests.record import Record
from .json_text import first_break, parsed_json

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class Envelope:
    """What a signature file holds.

    Attributes:
        key_id: of the key that it says it was made with; see `keys.key_id`.
        payload: the signed bytes, a statement.
        signature: over `signed_bytes(payload)`, in DER.
    """

    key_id: str
    payload: bytes
    signature: bytes


class _Hint(Record):
    hint: Sha256


class _Material(Record):
    public_key: _Hint = Field(alias="publicKey")
    entries: list[object] = Field(alias="tlogEntries", max_length=0)


class _Signature(Record):
    sig: str
    keyid: Literal[""]


class _Dsse(Record):
    payload: str
    payload_type: Literal["application/vnd.in-toto+json"] = Field(alias="payloadType")
    signatures: list[_Signature] = Field(min_length=1, max_length=1)


class _Bundle(Record):
    media_type: Literal["application/vnd.dev.sigstore.bundle.v0.3+json"] = Field(alias="mediaType")
    material: _Material = Field(alias="verificationMaterial")
    envelope: _Dsse = Field(alias="dsseEnvelope")


def signed_bytes(payload: bytes) -> bytes:
    """Give what DSSE has signed of a payload: its type and length before it."""
    return f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} ".encode() + payload


def write_bundle(envelope: Envelope) -> bytes:
    """Write a signature file."""
    bundle = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": envelope.key_id}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64.b64encode(envelope.payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": base64.b64encode(envelope.signature).decode(), "keyid": ""}],
        },
    }
    return _compact(bundle)


def read_bundle(content: bytes) -> Envelope:
    """Read a signature file; nothing of it is verified yet.

    Raises:
        SignatureError: it is none, or of a kind that is not checked here.
    """
    tables = parsed_json(content)
    try:
        as_written = _compact(tables)
    except RecursionError as error:
        raise SignatureError("it is nested too deeply") from error
    if as_written != content:
        raise SignatureError("it holds spaces or escapes that no signer writes")
    if isinstance(tables, dict) and _holds_certificate(tables.get("verificationMaterial")):
        raise SignatureError("it was made with a certificate; gantei checks keys only")
    try:
        bundle = _Bundle.model_validate(tables)
    except ValidationError as error:
        raise SignatureError(first_break(error)) from error
    (signature,) = bundle.envelope.signatures
    return Envelope(
        bundle.material.public_key.hint,
        _decoded(bundle.envelope.payload),
        _decoded(signature.sig),
    )


def _compact(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _holds_certificate(material: object) -> bool:
    kinds = ("certificate", "x509CertificateChain")
    return isinstance(material, dict) and any(kind in material for kind in kinds)


def _decoded(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise SignatureError(f"its base64 is broken: {error}") from error
    if base64.b64encode(content).decode() != text:
        raise SignatureError("its base64 is not in its one form")
    return content
