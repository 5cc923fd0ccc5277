"""What the user says about a file, beside the facts of its estimator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gantei.errors import ConversionError


@dataclass(frozen=True)
class Stated:
    """What is said on import; all but `trusted` is of weights alone.

    The architecture, each Dense layer's activation, and (height, width) in px.
    """

    architecture: str | None = None
    head_activations: tuple[str, ...] = ()
    input_size: tuple[int, int] | None = None
    trusted: bool = False
    """Whoever made the file is known and trusted: TensorFlow may run the code in it."""

    def as_dict(self) -> dict[str, Any]:
        """Give what `provenance.json` keeps of it; trust is given anew each time."""
        return {
            "architecture": self.architecture,
            "head_activations": list(self.head_activations),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Stated":
        """Read what `as_dict` gave."""
        return cls(kept.get("architecture"), tuple(kept.get("head_activations", ())))

    def refuse_for_whole_model(self, name: str) -> None:
        """Refuse what a file with its own network tells itself.

        Raises:
            ConversionError: an architecture or an activation was stated.
        """
        if self.architecture or self.head_activations:
            raise ConversionError(
                f"{name}: holds its own network; --architecture and --head-activation are for "
                "files of weights alone"
            )
