"""What the user says about a file, beside the facts of its estimator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gantei.errors import ConversionError


@dataclass(frozen=True)
class UserClaims:
    """What is said on import.

    Of weights alone: the architecture, each Dense layer's activation, and (height, width) in px.
    """

    architecture: str | None = None
    head_activations: tuple[str, ...] = ()
    input_size: tuple[int, int] | None = None
    output: str | None = None
    """Of an ONNX file with several outputs, the one that is wanted."""
    trusted: bool = False
    """Whoever made the file is known and trusted: TensorFlow may run the code in it."""
    new_head: bool = False
    """The network gets a new head, and its own, if the file has one, is left out; then the
    architecture is stated of a whole model, too, and checked."""

    def as_dict(self) -> dict[str, Any]:
        """Give what `provenance.json` keeps of it; trust is given anew each time."""
        return {
            "architecture": self.architecture,
            "head_activations": list(self.head_activations),
            "output": self.output,
            **({"new_head": True} if self.new_head else {}),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "UserClaims":
        """Read what `as_dict` gave."""
        return cls(
            kept.get("architecture"),
            tuple(kept.get("head_activations", ())),
            output=kept.get("output"),
            new_head=kept.get("new_head") is True,
        )

    def refuse_for_whole_model(self, name: str) -> None:
        """Refuse what a file with its own network tells itself.

        Raises:
            ConversionError: an architecture or an activation was stated.
        """
        if not self.new_head and (self.architecture or self.head_activations):
            raise ConversionError(
                f"{name}: holds its own network; --architecture and --head-activation are for "
                "files of weights alone"
            )

    def refuse_output(self, name: str) -> None:
        """Refuse the choice of an output where there is none.

        Raises:
            ConversionError: an output was named.
        """
        if self.output is not None:
            raise ConversionError(f"{name}: --output is for ONNX files with several outputs")
