"""An estimator of a server, as a study uses one."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..errors import ExplanationError
from ..findings.finding import Finding

if TYPE_CHECKING:
    from ..manifests.manifest import Manifest


@dataclass(frozen=True)
class ServedEstimator:
    """An estimator of a server.

    Attributes:
        manifest: all that is known of it.
        device: where the server computes.
        state: whether it has passed the server's check.
        no_map: why it gives no map; empty where it gives one.
        remarks: what the server says about its signature.
    """

    manifest: "Manifest"
    device: Literal["cpu", "cuda"]
    state: Literal["checking", "ready", "failed"] = field(compare=False)
    no_map: str
    remarks: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        return self.manifest.name

    def check_map(self) -> None:
        """See that it gives maps.

        Raises:
            ExplanationError: it gives none; the message says why.
        """
        if self.no_map:
            raise ExplanationError(self.no_map)

    def embedding_width(self) -> int:
        """Refuse: a server gives an embedding with a map, and not by itself.

        Raises:
            ExplanationError: always.
        """
        raise ExplanationError(
            f"{self.name}: a server gives no embeddings by themselves; compute them on a machine "
            "that has the estimator, without --server"
        )
