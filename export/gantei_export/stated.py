"""What the user says about a file, beside the facts of its estimator."""

from dataclasses import dataclass

from gantei.errors import ConversionError


@dataclass(frozen=True)
class Stated:
    """Of weights alone: the architecture, each Dense layer's activation, (height, width) in px."""

    architecture: str | None = None
    head_activations: tuple[str, ...] = ()
    input_size: tuple[int, int] | None = None
    trusted: bool = False
    """Whoever made the file is known and trusted: TensorFlow may run the code in it."""

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
