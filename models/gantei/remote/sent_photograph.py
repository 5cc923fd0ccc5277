"""What goes to a server of one photograph: its bytes, and what is known of its eye."""

from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..findings.finding import Finding
from ..manifests.fields import UNKNOWN
from ..photographs.eyes import Eye, EyeOption
from ..photographs.photograph import open_photograph
from ..photographs.photograph_source import PhotographSource, read_versioned


def eyes_field(option: EyeOption) -> dict[str, str]:
    """Give the field `eyes`, or none where nothing is known: older servers know no such field."""
    if option is None or option == UNKNOWN:
        return {}
    return {"eyes": option.side if isinstance(option, Eye) else option}


class SentBytes(NamedTuple):
    """What is sent, what is odd that it does not show, and the version that a place told of it."""

    data: bytes
    findings: tuple[Finding, ...] = ()
    version: str | None = None


def bytes_to_send(source: PhotographSource) -> SentBytes:
    """Give the bytes to send: those of the file, or of what is no file yet a lossless PNG.

    Raises:
        PhotographError: there is no readable file, or an image that no estimator may see.
    """
    if isinstance(source, bytes):
        return SentBytes(source)
    if isinstance(source, Image.Image | np.ndarray):
        file = BytesIO()
        photograph = open_photograph(source)
        photograph.picture().save(file, "PNG", compress_level=1)
        return SentBytes(file.getvalue(), photograph.findings)
    read = read_versioned(source)
    return SentBytes(read.data, version=read.version)
