"""Decoding a stranger's picture with native code, in a process of its own.

A decoder that crashes, hangs or fills the memory is then an error of that one photograph.
"""

from collections.abc import Mapping
from typing import Any

from ..errors import PhotographError
from ..findings.finding import Finding
from ..system.helper_pool import HelperEndedError, JobFailedError, run_apart
from .helper_memory import helper_limit

_SECONDS, _SECONDS_PER_MEGAPIXEL = 4.0, 1.0  # of computing, on however busy a computer


def decode_apart(
    job: str, facts: Mapping[str, Any], data: bytes, *, size: tuple[int, int], format: str
) -> tuple[dict[str, Any], bytes]:
    """Decode a picture in a helper process, within time and memory for a picture of that size.

    Args:
        job: `package.module:function`, as `gantei.system.helper_pool.run_apart` takes it.
        facts: what the job gets beside `data`, of what JSON holds.
        data: the encoded picture.
        size: (height, width) as its header says, checked by `check_size`.
        format: what messages call the file.

    Raises:
        PhotographError: the file is damaged, or its decoder died or took too much.
    """
    pixels = size[0] * size[1]
    try:
        return run_apart(
            job,
            facts,
            data,
            seconds=_SECONDS + _SECONDS_PER_MEGAPIXEL * pixels / 1e6,
            memory=helper_limit(pixels),
        )
    except JobFailedError as error:
        raise PhotographError(Finding("damaged-picture", format=format, why=str(error))) from error
    except HelperEndedError as error:
        match error.how:
            case "died":
                found = Finding("decoder-died", format=format)
            case "time":
                found = Finding("decoder-out-of-time", format=format)
            case "memory":
                found = Finding("decoder-out-of-memory", format=format)
        raise PhotographError(found) from error
