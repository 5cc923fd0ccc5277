"""The estimator that a whole network is trained from, and its publisher's file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gantei.catalogue.entries import Entry
from gantei.errors import SettingError
from gantei.inference.session import Device
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.tables import Adapted, Weights
from gantei.system.files import sha256_of

from ..adapting.checking_base import check_base
from ..changing.change_estimator import provenance_in
from ..file_kinds.downloaded_file import downloaded_file
from ..learning.learning_target import LearningTarget
from ..manifest_draft.user_claims import UserClaims
from ..onnx_graph.explanation_outputs import EMBEDDING
from ..verification.comparison import compare, draw_batch
from .network_training import TrainableNetwork, open_trainable
from .number_scale import NumberScale


@dataclass(frozen=True)
class TrainingBase:
    """An installed estimator with its publisher's file.

    Attributes:
        entry: the estimator.
        weights: what its manifest says of its ONNX file.
        file: the publisher's file, unpacked.
    """

    entry: Entry
    weights: Weights
    file: Path

    @property
    def claims(self) -> UserClaims:
        """What was stated of the file, and the size of photographs that the manifest has."""
        stated: dict[str, Any] = provenance_in(self.entry.folder).get("stated", {})
        size = self.entry.manifest.input.size
        known = None if size == UNKNOWN else (size[0], size[1])
        return replace(UserClaims.from_dict(stated), input_size=known)

    def open(
        self, target: LearningTarget, scale: NumberScale, device: Device = "auto"
    ) -> TrainableNetwork:
        """Open the network for training, and see that it answers as the estimator does.

        Raises:
            ConversionError: it answers otherwise, or has a layer that cannot be trained.
            MissingExtraError: its framework is not installed.
        """
        manifest, claims = self.entry.manifest, self.claims
        network = open_trainable(
            self.file,
            target,
            scale=scale,
            claims=claims,
            size=claims.input_size,
            device=device,
        )
        batch, folder, judge = draw_batch(manifest), self.entry.folder, network.versions()
        if claims.new_head:
            compare(folder, manifest, batch, network.embeddings(batch), judge, output=EMBEDDING)
        else:
            compare(folder, manifest, batch, network.original_answers(batch), judge)
        return network


@contextmanager
def training_base(name: str, file: Path) -> Iterator[TrainingBase]:
    """Look up an estimator, and see that a file is the one that it was made of.

    Args:
        name: an installed estimator, or its folder.
        file: the publisher's file, or a `.zip` that holds it.

    Raises:
        SettingError: the file is another one, or nobody knows which one it was, or the estimator
            was adapted and its own weights are in no publisher's file.
        GanteiError: the estimator cannot be a base; see `check_base`.
        ConversionError: the file is damaged, or none that gantei reads.
    """
    entry, weights = check_base(name, embedding=False)
    source = entry.manifest.source
    if entry.manifest.adapted is not None:
        raise SettingError(
            f"{entry.name} was adapted from {entry.manifest.adapted.of}: its weights are in no "
            f"publisher's file. {_instead(entry.manifest.adapted)}, or leave --whole-network out"
        )
    if source.original_sha256 == UNKNOWN:
        raise SettingError(
            f"{entry.name}: its manifest does not say of which file it was made; import the "
            "publisher's file under a name of its own, and adapt that"
        )
    with downloaded_file(file) as unpacked:
        found = sha256_of(unpacked)
        if found != source.original_sha256:
            raise SettingError(
                f"{file}: its sha256 is {found}, and {entry.name} was made of "
                f"{source.original_file}, whose sha256 is {source.original_sha256}: give that file"
            )
        yield TrainingBase(entry, weights, unpacked)


def _instead(adapted: Adapted) -> str:
    if adapted.began_with == "weights-file":
        return "Begin with the weights' file again (--architecture)"
    return f"Train {adapted.of}"
