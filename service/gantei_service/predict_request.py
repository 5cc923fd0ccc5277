"""Read a request for estimates: its photographs, which stay in memory, and its settings."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gantei.errors import SettingError
from gantei.findings.finding import Finding
from gantei.photographs.dicom.recognition import MEDIA_TYPE as DICOM_MEDIA_TYPE
from gantei.photographs.eyes import DETECT, known_eye

from .photograph_job import Explain, UploadedPhotograph
from .problems import Problem, quoted

FIELDS = ("photographs", "estimators", "explain", "eyes")
MOST_FIELDS = 100
"""Beside the eyes, of which there is one per photograph."""
LONGEST_FIELD = 1000
"""Bytes of a field that is no photograph."""


@dataclass(frozen=True)
class PredictRequest:
    """What a request asks for; no estimators stand for all that are served."""

    uploads: tuple[UploadedPhotograph, ...]
    estimators: tuple[str, ...]
    explain: Explain


async def read_predict_request(
    request: Request, most: int, largest: int, *, json_fields: bool = False
) -> PredictRequest:
    """Read a multipart form, or one raw picture; settings stand in the query or are fields.

    Args:
        request: as it arrives.
        most: photographs that are taken.
        largest: bytes, above those that any part can have.
        json_fields: a form's fields are JSON, and one that may be repeated is a list.

    Raises:
        Problem: another content type, a damaged form, too many parts, or a field that is not known.
    """
    settings = request.query_params.multi_items()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        uploads, fields = await _form(request, most, largest)
        fields = _from_json(fields) if json_fields else fields
        if any(key == "eyes" for key, _ in fields):
            settings = [(key, value) for key, value in settings if key != "eyes"]
        return _checked(uploads, [*settings, *fields])
    if not kind.startswith("image/") and kind != DICOM_MEDIA_TYPE:
        raise Problem("unsupported-media-type", Finding("content-type-unknown"))
    data = await request.body()
    if not data:
        raise Problem("invalid-request", Finding("body-empty"))
    return _checked([UploadedPhotograph(None, data)], settings)


Fields = list[tuple[str, str]]


async def _form(
    request: Request, most: int, largest: int
) -> tuple[list[UploadedPhotograph], Fields]:
    # Of other encodings some make text that no answer can carry, such as half a surrogate pair.
    charset = parse_options_header(request.headers["content-type"])[1].get(b"charset", b"utf-8")
    if charset.lower() not in (b"utf-8", b"us-ascii"):
        raise Problem("unsupported-media-type", Finding("form-not-utf-8"))
    parser = MultiPartParser(
        request.headers,
        request.stream(),
        max_files=most,
        max_fields=MOST_FIELDS + most,
        max_part_size=LONGEST_FIELD,
    )
    parser.spool_max_size = largest + 1  # a photograph is never written to a disk
    try:
        form = await parser.parse()
    except FormParserError as error:  # older versions of starlette let it through
        raise Problem("malformed-body") from error
    except MultiPartException as error:
        if "Too many" in error.message:
            raise Problem(
                "too-many-parts",
                Finding("form-limit", photographs=most, fields=MOST_FIELDS + most),
            ) from error
        raise Problem("malformed-body") from error
    uploads, fields = [], []
    try:
        for key, value in form.multi_items():
            if not isinstance(value, UploadFile):
                fields.append((key, value))
            elif key == "photographs":
                uploads.append(UploadedPhotograph(value.filename, await value.read()))
                await value.close()  # before the next one is there twice
            else:
                raise Problem("invalid-request", Finding("file-field-unknown", field=quoted(key)))
    finally:
        await form.close()
    return uploads, fields


def _from_json(fields: Fields) -> Fields:
    read: Fields = []
    for key, text in fields:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text if key == "photographs" else None  # a URL, which is refused in its words
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in values):
            raise Problem("invalid-request", Finding("field-not-json", field=quoted(key)))
        read += [(key, each) for each in values]
    return read


def _checked(
    uploads: list[UploadedPhotograph], fields: Iterable[tuple[str, str]]
) -> PredictRequest:
    names: list[str] = []
    eyes: list[str] = []
    explain: Explain = "none"
    for key, value in fields:  # those of the query first: a form's field has the last word
        match key:
            case "estimators":
                names.append(value)
            case "explain":
                explain = _explain(value)
            case "eyes" if value:
                eyes.append(value)
            case "eyes":
                raise Problem("invalid-request", Finding("eye-unknown", eye=""))
            case "photographs":
                raise Problem("invalid-request", Finding("photographs-not-files"))
            case _:
                raise Problem(
                    "invalid-request", Finding("field-unknown", field=quoted(key), known=[*FIELDS])
                )
    if not uploads:
        raise Problem("invalid-request", Finding("no-photographs"))
    return PredictRequest(with_eyes(uploads, eyes), tuple(dict.fromkeys(names)), explain)


def with_eyes(
    uploads: Sequence[UploadedPhotograph], eyes: Sequence[str]
) -> tuple[UploadedPhotograph, ...]:
    """Add to each photograph what the form, or the name that it came with, says of its eye.

    Raises:
        Problem: an eye that is none, or another number of them.
    """
    if list(eyes) == [DETECT]:
        eyes = [DETECT] * len(uploads)
    if len(eyes) not in (0, len(uploads)):
        raise Problem(
            "invalid-request", Finding("eye-count", eyes=len(eyes), photographs=len(uploads))
        )
    with_eye = []
    for upload, eye in zip(uploads, eyes or [""] * len(uploads), strict=True):
        name = (upload.name or "").replace("\\", "/").rpartition("/")[2]
        try:
            with_eye.append(replace(upload, eye=known_eye(eye or None, name)))
        except SettingError as error:
            raise Problem("invalid-request", Finding("eye-unknown", eye=quoted(eye))) from error
    return tuple(with_eye)


def _explain(text: str) -> Explain:
    for word in get_args(Explain):
        if word == text:
            return word  # type: ignore[no-any-return]
    raise Problem(
        "invalid-request",
        Finding("explain-unknown", explain=quoted(text), known=[*get_args(Explain)]),
    )
