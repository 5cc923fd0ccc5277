"""One photograph's request to a server, and what becomes of its answer."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event

from ..errors import PhotographError, drop_tracebacks
from ..findings.finding import Finding
from ..inference.prediction import PhotographResult
from ..photographs.dicom.laterality import side_in_file
from ..photographs.eyes import Eye, EyeOption, eye_with_file
from ..photographs.photograph_source import PhotographSource
from .answers import read_answer
from .connection import Connection, RefusedRequestError
from .requested_calibrations import Sites
from .sent_photograph import bytes_to_send, eyes_field


@dataclass(frozen=True)
class Question:
    """What is asked about every photograph; once `stop` is set, nothing is sent again."""

    names: Sequence[str]
    explain: bool = False
    sites: Sites = field(default_factory=dict)
    stop: Event = field(default_factory=Event)


def ask_about(
    server: Connection,
    question: Question,
    number: int,
    name: str,
    source: PhotographSource,
    option: EyeOption,
) -> PhotographResult:
    """Ask about one photograph.

    Args:
        server: whom.
        question: what.
        number: what the photograph is called there.
        name: what it is called here.
        source: the photograph.
        option: what is known of its eye.

    Raises:
        TransferError: the server does not answer, or answers something else.
    """
    eye = option if isinstance(option, Eye) else None
    try:
        data, known, version = bytes_to_send(source)
        option = eye_with_file(option, side_in_file(data))
        eye = option if isinstance(option, Eye) else None
    except PhotographError as error:
        drop_tracebacks(error)
        error.source = name  # opened by itself, without its place
        return PhotographResult(name, error.sha256, error=error, eye=eye)
    sent = hashlib.sha256(data).hexdigest()
    file = ("photographs", (str(number), data, "application/octet-stream"))
    explain = "map" if question.explain else "none"
    fields = {"estimators": list(question.names), "explain": explain} | eyes_field(option)
    try:
        answer = server.ask("POST", "/v1/predict", question.stop, files=[file], data=fields)
    except RefusedRequestError as error:
        if error.status != 413:
            raise
        too_large = Finding("larger-than-server-takes", detail=str(error))
        failed = PhotographError(too_large, name, sent)
        return PhotographResult(name, sent, error=failed, eye=eye, version=version)
    result = read_answer(
        answer,
        name,
        sent,
        question.names,
        explain=question.explain,
        eye=eye,
        known=known,
        sites=question.sites,
    )
    return replace(result, version=version)
