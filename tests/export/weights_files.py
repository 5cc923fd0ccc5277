"""Files of weights alone, in both of Keras's layouts, of the shapes that a body asks for."""

import h5py
import numpy as np

from gantei_export.architectures.bodies import body
from gantei_export.keras_files.binding import snake_case

ROLES = {
    "Conv2D": ["kernel", "bias"],
    "DepthwiseConv2D": ["depthwise_kernel", "bias"],
    "BatchNormalization": ["gamma", "beta", "moving_mean", "moving_variance"],
    "Normalization": ["mean", "variance", "count"],
    "Dense": ["kernel", "bias"],
}


def arrays(architecture, *head):
    """Weights of a body and Dense layers, ((layer, class), arrays) each, in Keras's order.

    A Normalization's are those of a network built without weights="imagenet".
    """
    found = body(architecture)
    kinds = {layer["name"]: layer["class_name"] for layer in found.layers}
    shapes = {(name, kinds[name]): shapes for name, shapes in found.shapes.items()}
    shapes |= {(name, "Dense"): [shape, shape[1:]] for name, shape in head}
    rng = np.random.default_rng(1)
    made = {
        key: [rng.uniform(0.1, 0.9, shape).astype(np.float32) for shape in many]
        for key, many in shapes.items()
    }
    for key in [key for key in made if key[1] == "Normalization"]:
        made[key][0][:] = 0
    return made


def legacy(path, weights, listed=()):
    """Write the older layout."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [*listed, *(name for name, _ in weights)]
        file.attrs["keras_version"] = "2.15.0"
        for name in listed:
            file.create_group(name).attrs["weight_names"] = np.array([])
        for (name, kind), values in weights.items():
            paths = [f"{name}/{role}:0" for role in ROLES[kind]][: len(values)]
            group = file.create_group(name)
            group.attrs["weight_names"] = paths
            for one, array in zip(paths, values, strict=True):
                group[one] = array
    return path


def newer(path, weights, container="layers", step=1, at=""):
    """Write the newer layout; Keras 2.13 counted each layer with weights twice (step 2)."""
    counts = {}
    with h5py.File(path, "a") as file:
        for (_, kind), values in weights.items():
            number = counts.setdefault(kind, 0)
            counts[kind] += step
            group = snake_case(kind) + (f"_{number}" if number else "")
            for index, array in enumerate(values):
                file[f"{at}{container}/{group}/vars/{index}"] = array
    return path
