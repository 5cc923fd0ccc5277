"""Which candidates the file itself contradicts: scales far from what its first layer has seen."""

from collections.abc import Sequence

from gantei.catalogue import entries

from ..changing.change_estimator import network_of, provenance_in
from ..estimator_folder.scale_check import doubt_about_scale, read_kept
from .open_facts import OpenFact, manifest_value


def contradicted_scales(entry: entries.Entry, facts: Sequence[OpenFact]) -> dict[str, str]:
    """Give the scales that the first batch normalisation's statistics contradict, and why.

    They are asked only where an import has kept them, and leave two scales at least, since one
    alone would be compared with nothing.

    Raises:
        ManifestError, WeightsError: the provenance, or the network, is damaged.
    """
    tried = next((fact for fact in facts if fact.key == "input.scale"), None)
    known = read_kept(provenance_in(entry.folder))
    if tried is None or known is None or tried.role != "open" or entry.manifest.weights is None:
        return {}
    from onnx import numpy_helper

    model = network_of(entry, entry.manifest.weights)
    constants = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    table = entry.manifest.tables()["input"]
    against = {}
    for word in tried.values:
        spec = table | {"scale": manifest_value("input.scale", word, "rgb")}
        doubt = doubt_about_scale(spec, list(model.graph.node), constants, known)
        if doubt is not None:
            against[word] = doubt
    return {} if len(against) >= len(tried.values) - 1 else against
