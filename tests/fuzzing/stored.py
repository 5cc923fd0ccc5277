"""Reads a Keras file as plainly as can be: (configuration, weights), for the reference."""

import io
import json
import math
import re
import tempfile
import zipfile
import zlib
from contextlib import contextmanager

import h5py
import numpy as np

from .reference_layers import Unknown
from .seeds import snake_case

_ENDINGS = (".h5", ".hdf5", ".keras")
LARGEST = 1 << 24


def read(path):
    """Return (configuration, weights by outermost layer) of a whole model.

    Raises:
        Unknown: nobody can tell what the file says.
    """
    try:
        return _read(path.read_bytes(), path.suffix)
    except Unknown:
        raise
    except Exception as error:
        raise Unknown(f"{type(error).__name__}: {error}") from error


def _read(data, suffix):
    if suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(_ENDINGS)]
            (name,) = [name for name in names if "__MACOSX" not in name]
            return _read(archive.read(name), "")
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(set(archive.namelist())) != len(archive.namelist()):
                raise Unknown("two members of one name")
            config = json.loads(archive.read("config.json"))
            with _opened(archive.read("model.weights.h5")) as file:
                version = json.loads(archive.read("metadata.json"))["keras_version"]
                return _of_version(config, version), _by_class(config, file)
    with _opened(data) as file:
        config = json.loads(_text(file.attrs["model_config"]))
        group, weights = file["model_weights"], {}
        for layer in _texts(group, "layer_names"):
            names = _texts(group[layer], "weight_names") if layer in group else []
            weights[layer] = [(name, _array(group[layer], name)) for name in names]
        version = _text(file.attrs["keras_version"]) if "keras_version" in file.attrs else "2"
    return _of_version(config, version), weights


def _of_version(config, version):
    """Name apart what Keras 3 computes otherwise under the same name."""
    if not version.startswith("3"):
        return config
    text = json.dumps(config)
    return json.loads(text.replace('"hard_sigmoid"', '"keras3_hard_sigmoid"'))


def _texts(group, key):
    """Return a list of names, also one that was split because it is long."""
    parts = [group.attrs[key]] if key in group.attrs else []
    while key not in group.attrs and f"{key}{len(parts)}" in group.attrs:
        parts.append(group.attrs[f"{key}{len(parts)}"])
    return [_text(name) for part in parts for name in np.ravel(part).tolist()]


@contextmanager
def _opened(data):
    """Open an HDF5 file as Keras does, by its path: in memory another driver would read it."""
    with tempfile.NamedTemporaryFile(suffix=".h5") as file:
        file.write(data)
        file.flush()
        with h5py.File(file.name, "r") as opened:
            yield opened


def _text(value):
    while not isinstance(value, str | bytes):
        (value,) = value
    return value if isinstance(value, str) else value.decode()


def _array(group, name):
    for part in name.strip("/").split("/"):
        if not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise Unknown(f"{name}: a link")
        group = group[part]
    if group.is_virtual or group.external or group.dtype.kind not in "fiu":
        raise Unknown(f"{name}: {group.dtype}")
    if group.nbytes > LARGEST:
        raise Unknown(f"{name}: {group.nbytes} bytes")
    if group.chunks:
        _check_chunks(group)
    return group[()].astype("f4")


def _check_chunks(array):
    """Refuse chunks of another size than they say: the HDF5 library reads on behind their end."""
    size = math.prod(array.chunks) * array.dtype.itemsize
    for number in range(array.id.get_num_chunks()):
        place = array.id.get_chunk_info(number).chunk_offset
        skipped, data = array.id.read_direct_chunk(place)
        if array.compression == "gzip":
            data = zlib.decompress(data)
        if skipped or len(data) != size or array.compression not in (None, "gzip"):
            raise Unknown(f"a chunk at {place}")


def _by_class(config, group):
    """Find `layers/conv2d_1/vars/0` by the order of the layers and the groups of a class."""
    found = next((key for key in ("layers", "_layer_checkpoint_dependencies") if key in group), "")
    groups = group[found] if found else {}
    inner, weights, seen = config["config"], {}, {}
    for entry in inner["layers"] if isinstance(inner, dict) else inner:
        kind = snake_case(entry["class_name"])
        name = entry.get("name") or entry["config"]["name"]
        names = [one for one in groups if re.fullmatch(rf"{re.escape(kind)}(_\d+)?", one)]
        names.sort(key=lambda one: int(one[len(kind) + 1 :] or 0))
        number = seen.get(kind, 0)
        if number >= len(names):
            continue
        held = groups[names[number]]
        seen[kind] = number + 1
        if "layers" in entry["config"]:
            weights[name] = _by_layer(entry, _by_class(entry, held))
        else:
            arrays = held["vars"]
            weights[name] = [(str(n), _array(arrays, str(n))) for n in range(len(arrays))]
    return weights


def _by_layer(entry, weights):
    """Give the nested models' layers their arrays, an empty list where there are none."""
    names = [one.get("name") or one["config"]["name"] for one in entry["config"]["layers"]]
    return {
        name: held
        if isinstance(held := weights.get(name, []), dict)
        else [array for _, array in held]
        for name in names
    }
