"""What a run came to, as its run manifest and the last lines of a command have it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """What a run came to.

    `photographs` in all, `failed` of them; `resumed` were done before this process began, which
    took `seconds_of_last_process` for the others. `findings` and `errors` are photographs by code,
    as `FindingCounts` counts them.
    """

    photographs: int
    failed: int
    resumed: int
    seconds_of_last_process: float
    findings: Mapping[str, int]
    errors: Mapping[str, int]
