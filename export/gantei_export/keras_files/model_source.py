"""Where a network comes from: a configuration of its layers, and the weights that belong to them.

A further form of file is one more class with these attributes, and its line in `open_model_source`,
which goes by what a file holds and not by its name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from gantei.errors import ConversionError

from ..keras_networks.keras_config import KerasModel
from ..manifest_draft.user_claims import UserClaims
from .hdf5 import open_hdf5
from .keras_archive import is_archive, open_archive
from .keras_h5 import KerasFile, is_whole_model
from .weights_only import RecognisedNetwork, WeightsOnly, is_weights_only


class ModelSource(Protocol):
    """An open file of one of the forms."""

    keras_version: str | None

    @property
    def config(self) -> Any:
        """Keras 2's JSON configuration of the model."""

    @property
    def recognised(self) -> RecognisedNetwork | None:
        """What was found out about the network of weights alone; None where the file holds it."""

    def bind(self, model: KerasModel) -> None:
        """Fill in the weights of every layer of the parsed configuration, all of the file's.

        Raises:
            ConversionError: a weight is missing, or the file has one that no layer takes.
        """


@contextmanager
def open_model_source(path: Path, claims: UserClaims) -> Iterator[ModelSource]:
    """Open a file as data, whatever its form; raises `ConversionError` where it has none."""
    if is_archive(path):
        claims.refuse_for_whole_model(path.name)
        with open_archive(path) as archive:
            yield archive
        return
    with open_hdf5(path) as container:
        if is_whole_model(container):
            claims.refuse_for_whole_model(path.name)
            yield KerasFile(container)
        elif is_weights_only(container):
            yield WeightsOnly(container, claims)
        else:
            raise ConversionError(f"{path.name}: no model_config and no weights; not a Keras model")


def keras_version_of(path: Path) -> str | None:
    """Return the version of the Keras that wrote a whole model; None where it does not say.

    Raises:
        ConversionError: it is no whole model.
    """
    if is_archive(path):
        with open_archive(path) as archive:
            return archive.keras_version
    with open_hdf5(path) as container:
        if not is_whole_model(container):
            raise ConversionError(
                f"{path.name}: holds weights without a network, and only a whole model can be "
                "opened by TensorFlow: import it without --with-tensorflow"
            )
        return KerasFile(container).keras_version
