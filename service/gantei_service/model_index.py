"""The list of models of the Open Inference Protocol: Triton's repository index."""

from typing import NamedTuple

from .context import ServiceContext
from .open_protocol import VERSION

STATES = {"checking": "LOADING", "ready": "READY", "failed": "UNAVAILABLE"}
"""What Triton calls the states of an estimator."""
WHY = {"READY": "", "LOADING": "it is being checked", "UNAVAILABLE": "it failed its check"}


class ListedModel(NamedTuple):
    """An estimator as a model of the list; `reason` says why it is not ready."""

    name: str
    version: str
    state: str
    reason: str


def indexed_models(context: ServiceContext, *, only_ready: bool) -> list[ListedModel]:
    """List the models; the command that serves chooses them."""
    states = {name: STATES[each.state] for name, each in context.loaded.items()}
    return [
        ListedModel(name, VERSION, state, WHY[state])
        for name, state in states.items()
        if state == "READY" or not only_ready
    ]
