"""What goes to a server of one photograph: its bytes, and what is known of its eye."""

from io import BytesIO

import numpy as np
from PIL import Image

from ..findings.finding import Finding
from ..manifests.fields import UNKNOWN
from ..photographs.eyes import Eye, EyeOption
from ..photographs.photograph import open_photograph
from ..photographs.photograph_source import PhotographSource, read_encoded


def eyes_field(option: EyeOption) -> dict[str, str]:
    """Give the field `eyes`, or none where nothing is known: older servers know no such field."""
    if option is None or option == UNKNOWN:
        return {}
    return {"eyes": option.side if isinstance(option, Eye) else option}


def bytes_to_send(source: PhotographSource) -> tuple[bytes, tuple[Finding, ...]]:
    """Give the bytes to send: those of the file, or of what is no file yet a lossless PNG.

    Beside them what is odd about an image or array that the PNG does not show.

    Raises:
        PhotographError: there is no readable file, or an image that no estimator may see.
    """
    if isinstance(source, bytes):
        return source, ()
    if isinstance(source, Image.Image | np.ndarray):
        file = BytesIO()
        photograph = open_photograph(source)
        photograph.picture().save(file, "PNG", compress_level=1)
        return file.getvalue(), photograph.findings
    return read_encoded(source), ()
