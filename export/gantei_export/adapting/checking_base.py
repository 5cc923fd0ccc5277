"""Whether an estimator can be the base of another."""

import json
from typing import TYPE_CHECKING

from gantei.catalogue import entries
from gantei.errors import ConversionError, SettingError, SignatureError
from gantei.estimator.opening_checks import refuse_unsettled
from gantei.manifests.manifest import Weights
from gantei.signing.admission import admit

from ..changing.change_estimator import check_extra, network_of
from ..onnx_graph.explanation_outputs import metadata_key
from .adapted_provenance import earlier_times

if TYPE_CHECKING:
    import onnx


def check_base(name: str, *, embedding: bool = True) -> tuple[entries.Entry, Weights]:
    """Look up an estimator on which another may be built, and see that it can be.

    What it answers does not matter, and so neither what its head is made of; its embedding does.

    Args:
        name: an installed estimator, or its folder.
        embedding: whether it has to give one, as a new head needs.

    Returns:
        The estimator, and what its manifest says of its weights, which are these.

    Raises:
        UnknownEstimatorError, NotInstalledError, ManifestError: as `gantei.load`.
        SettingError: it is a variant, has several outputs, was adapted too often, or its network
            gives no embedding.
        UnsettledError: a fact that changes its numbers is unknown.
        SignatureError: it is signed, and not as its publisher signed it.
        WeightsError: the weights are not those of the manifest.
        MissingExtraError: onnx or tomli-w is not installed.
    """
    entry, weights, _ = base_network(name, embedding=embedding)
    return entry, weights


def base_network(
    name: str, *, embedding: bool = True
) -> "tuple[entries.Entry, Weights, onnx.ModelProto]":
    """Look up as `check_base`, and give the network as well.

    Raises:
        GanteiError: as `check_base`.
    """
    check_extra("adapting")
    from .embedding_end import embedding_end

    entry, weights = entries.find_installed(name)
    if variant := entry.manifest.variant:
        raise SettingError(
            f"{entry.name} is a variant, whose embeddings are not those of {variant.of}: adapt "
            f"{variant.of}, and then gantei optimise what was made of it"
        )
    if findings := admit(entry, weights):
        raise SignatureError(f"{entry.name}: no estimator is made of it: {findings[0].text()}")
    refuse_unsettled(entry)
    if len(entry.manifest.output) != 1:
        outputs = ", ".join(entry.manifest.output)
        raise SettingError(
            f"{entry.name} has {len(entry.manifest.output)} outputs ({outputs}); a new head takes "
            "the place of one: adapt an estimator of one output"
        )
    earlier_times(entry)
    model = network_of(entry, weights)
    if not embedding:
        return entry, weights, model
    (output,) = entry.manifest.output
    try:
        embedding_end(model, output)
    except ConversionError as error:
        raise SettingError(
            f"{entry.name}: {error}{_why(model, output)}. A new head needs one: adapt another "
            "estimator, or train the whole network with --whole-network"
        ) from error
    return entry, weights, model


def _why(model: "onnx.ModelProto", output: str) -> str:
    """Give the reason that the converter wrote down, or what to do where it knew none."""
    told = {each.key: each.value for each in model.metadata_props}
    try:
        reason = json.loads(told[metadata_key(output)])["none"]
    except (KeyError, ValueError, TypeError):
        return " (imported by an earlier gantei, it may have one: import its file again)"
    return f" ({reason})"
