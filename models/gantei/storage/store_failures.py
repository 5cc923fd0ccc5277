"""What keeps a photograph from being read out of an object store, as a finding."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import PhotographError
from ..findings.finding import Finding
from .reading_bounds import LONGEST_RETRIES

NOWHERE = "127.0.0.1:0"
"""A proxy that is none, for all hosts but the store's own: nothing can listen there."""

_OF_CREDENTIALS = re.compile(
    r"TokenRequest|External Exception|"
    r"performing [A-Z]+ http://(?:169\.254\.|metadata\.google\.internal|[^/]+/latest/api/token)"
)
_STATUS = re.compile(r"non-2xx status code: (\d{3})")


@contextmanager
def store_failures() -> Iterator[None]:
    """Say what a failure of obstore means; its own text has addresses with their signatures.

    Raises:
        PhotographError: instead of an error of obstore.
    """
    from obstore.exceptions import BaseError

    try:
        yield
    except PhotographError:
        raise
    except (BaseError, ValueError, OSError) as error:
        raise _as_error(error) from None


def _as_error(error: Exception) -> PhotographError:
    text = str(error)
    if _OF_CREDENTIALS.search(text):
        return PhotographError(Finding("stored-without-credentials"))
    if status := _STATUS.search(text):
        return status_error(int(status[1]))
    return _of_text(text) or PhotographError(Finding("stored-unreachable", seconds=LONGEST_RETRIES))


def _of_text(text: str) -> PhotographError | None:
    """Say what a text stands for: most of obstore's failures are of one class."""
    elsewhere = PhotographError(Finding("stored-elsewhere"))
    cut_off = PhotographError(Finding("stored-cut-off"))
    name = PhotographError(Finding("stored-name"))
    meanings = {
        NOWHERE: elsewhere,
        "without LOCATION": PhotographError(Finding("stored-in-other-region")),
        "UnexpectedRange": cut_off,
        "NoContentRange": cut_off,
        "IncompleteBody": cut_off,
        "response body error": cut_off,
        "arsing path": name,
        "empty path segment": name,
    }
    return next((meaning for mark, meaning in meanings.items() if mark in text), None)


def status_error(status: int) -> PhotographError:
    """Give the error of a status that is no success."""
    elsewhere = PhotographError(Finding("stored-elsewhere"))
    refused = PhotographError(Finding("stored-refused"))
    missing = PhotographError(Finding("stored-missing"))
    changed = PhotographError(Finding("stored-changed"))
    known = {
        401: PhotographError(Finding("stored-without-credentials")),
        403: refused,
        404: missing,
        407: refused,
        410: missing,
        412: changed,
        416: changed,
    }
    if 300 <= status < 400:
        return elsewhere
    return known.get(status) or PhotographError(Finding("stored-status", status=status))
