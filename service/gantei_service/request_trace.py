"""What a request's trace is told of: its steps, one within the other. By default nobody listens."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

Attribute = str | int


class RequestTrace:
    """A request, or a step of it; this one keeps nothing."""

    def step(self, name: str, **attributes: Attribute) -> AbstractContextManager["RequestTrace"]:
        """Keep when a step begins and ends, and whether it fails, in whichever thread it runs.

        Args:
            name: such as `decode`.
            attributes: counts and names of estimators; nothing of a photograph.

        Returns:
            What the steps within this one are told to, as a context that lasts as long as the step.
        """
        return nullcontext(self)

    def answered(
        self, name: str, attributes: dict[str, Attribute], problem: str | None, *, failed: bool
    ) -> None:
        """End the request.

        Args:
            name: method and route.
            attributes: of the request, by their whole names.
            problem: the kind of its problem.
            failed: whether that was the server's fault.
        """


UNTRACED = RequestTrace()


class RequestTracer:
    """Begins the traces of requests; this one begins none."""

    def begin(self, parents: Sequence[str]) -> RequestTrace:
        """Begin the trace of a request that was let in; `parents`: its `traceparent` headers."""
        return UNTRACED

    def close(self) -> None:
        """Send what is left, for a short while at most."""
