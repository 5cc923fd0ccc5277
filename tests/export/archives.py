"""`.keras` archives of the small network that is written by hand."""

import io
import json
import zipfile

import h5py

from .hand_written import functional, small_network


def stored(**changes):
    """The small network's weights in the newer layout; changes by path, None removes one."""
    _, weights = small_network()
    groups = {"conv": "conv2d", "sex": "dense"}
    arrays = {
        f"layers/{groups[layer]}/vars/{number}": values
        for layer, many in weights.items()
        for number, values in enumerate(many.values())
    }
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for path, values in (arrays | changes).items():
            if values is not None:
                file[path] = values
    return content.getvalue()


def keras3(change=lambda layers: None):
    """The small network as Keras 3 configures it."""
    config, _ = small_network()
    layers = config["config"]["layers"]
    for entry in layers:
        entry["config"]["trainable"] = True
        for nodes in entry["inbound_nodes"]:
            tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": nodes[0][:3]}}
            entry["inbound_nodes"] = [{"args": [tensor], "kwargs": {"training": False}}]
    layers[0]["config"]["batch_shape"] = layers[0]["config"].pop("batch_input_shape")
    change({entry["name"]: entry for entry in layers})
    inner = config["config"]
    ends = {"input_layers": ["picture", 0, 0], "output_layers": ["sex", 0, 0]}
    return {**functional(layers, "sex"), "config": inner | ends}


def write_archive(path, members=(), more=(), compression=zipfile.ZIP_STORED, config=None):
    """Write an archive; a member given as None is left out, `config` is one of Keras 3."""
    version = "3.15.0" if config else "2.15.0"
    usual = {
        "metadata.json": json.dumps({"keras_version": version}),
        "config.json": json.dumps(config or small_network()[0]),
        "model.weights.h5": stored(),
    }
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in (*(usual | dict(members)).items(), *more):
            if content is not None:
                file.writestr(name, content)
    return path
