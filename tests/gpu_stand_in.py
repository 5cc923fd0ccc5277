"""A CPU in the place of a GPU: the same path through gantei, on ONNX Runtime's CPU provider."""

from typing import Any

from gantei.estimator import estimator
from gantei.inference import bound_session
from gantei.inference.session import open_session


class StandIn:
    """A session that says that it runs on CUDA, and runs on the CPU."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def get_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def stand_in_for_gpu(monkeypatch) -> list[str]:
    """Have `gantei.load(..., "cuda")` give such sessions; give the list of those it opens."""
    opened: list[str] = []

    def opening(weights, device, threads, name, *options):
        opened.append(name)
        session = open_session(weights, "cpu", threads, name)
        return StandIn(session) if device == "cuda" else session

    monkeypatch.setattr(estimator, "open_session", opening)
    monkeypatch.setattr(bound_session, "open_session", opening)
    monkeypatch.setattr(bound_session, "CUDA", "cpu")
    return opened
