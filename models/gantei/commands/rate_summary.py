"""The line at the end of `gantei predict` that says its rate, and what held it up."""

from typing import TYPE_CHECKING

from ..terminal.plural import counted, per_second

if TYPE_CHECKING:
    from ..inference.stage_times import StageTimes

LONG_ENOUGH = 10.0
"""Seconds, before which a rate tells of the beginning alone."""
_BOTTLENECKS = {
    "reading": "reading files (disk or network; more --workers read more at once)",
    "decoding": "decoding",
    "networks": "the networks",
    "writing": "writing rows, maps and embeddings",
}

NETWORK = "the network, over which photographs are read"


def rate_line(times: "StageTimes") -> str | None:
    """Say how fast so many workers estimated, and which stage held them up.

    None, where it took less than `LONG_ENOUGH`.
    """
    if times.seconds < LONG_ENOUGH:
        return None
    workers, beside = times.by_workers(), times.beside_workers()
    shares = [f"decoding took {_percent(workers['decoding'])} of the workers' time"]
    if "networks" in workers:
        shares.append(f"networks {_percent(workers['networks'])}")
    waited = "the network" if times.over_network else "files"
    shares.append(f"waiting for {waited} {_percent(workers['reading'])}")
    if "networks" in beside:
        shares.append(f"networks ran {_percent(beside['networks'])} of the time")
    bottleneck = times.bottleneck()
    what = _BOTTLENECKS[bottleneck]
    if bottleneck == "reading" and times.over_network:
        what = NETWORK
    return (
        f"{per_second(times.photographs / times.seconds)} photographs/s by "
        f"{counted(times.workers, 'worker')}; "
        f"{', '.join(shares)}; bottleneck: {what}"
    )


def _percent(share: float) -> str:
    return f"{min(share, 1.0):.0%}".replace("%", " %")
