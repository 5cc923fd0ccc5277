"""What the user says about a file of weights alone, which does not hold its network."""

from dataclasses import dataclass

from gantei.errors import ConversionError


@dataclass(frozen=True)
class Stated:
    """The architecture's name, an activation for each Dense layer of the head, (height, width)."""

    architecture: str | None = None
    head_activations: tuple[str, ...] = ()
    input_size: tuple[int, int] | None = None

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
