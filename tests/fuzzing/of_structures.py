"""Changes of an HDF5 file through h5py: groups, arrays, attributes, links, filters, claims."""

import copy
import io

import h5py
import numpy as np

from .seeds import networks, write_form

_TYPES = ("<f2", ">f4", "<f8", "<i1", "<u8", ">i4", "?", "S4", "<c8", "V5", "(2,)<f4", "f4,i4")
_NAMES = (
    *("model_config", "layer_names", "weight_names", "keras_version", "backend"),
    *("layer_names0", "layer_names1", "weight_names0", "training_config", "x"),
)
_VALUES = (
    *("", "3.5.0", "2.15.0", "4", b"\xff\xfe", "é", 7, 1.5, [], ["conv", "conv"], [["a"], ["b"]]),
    *(["../conv"], ["/model_weights/conv"], [""], ["."], ["conv\0"], [1, 2], "{}", "[]", '{"a":1}'),
    *(np.zeros((0,), "S1"), np.array(b"conv"), h5py.Empty("S1"), np.zeros(100, "S300"), True),
)


class Structure:
    """An HDF5 file in memory, changed through the library."""

    def __init__(self, random):
        config, weights = copy.deepcopy(random.choice(networks()))
        self.memory = io.BytesIO()
        write_form(self.memory, "h5", config, weights)

    def change(self, random):
        """Make one to three changes; one that the library refuses is left out."""
        for _ in range(random.choice((1, 1, 2, 3))):
            change = random.choice(_CHANGES)
            try:
                with h5py.File(self.memory, "a") as file:
                    change(file, random)
            except Exception:  # noqa: BLE001 whatever h5py says to such a change
                continue

    def write(self, folder, random):
        """Write the file and return its path."""
        path = folder / "input.h5"
        path.write_bytes(self.memory.getvalue())
        return path


def _names(file, kind):
    found = []
    file.visititems(lambda name, one: found.append(name) if isinstance(one, kind) else None)
    return found


def _array(file, random):
    return random.choice(_names(file, h5py.Dataset))


def _values(file, name):
    """Read an array, unless an earlier change had it claim what nobody holds."""
    if file[name].size is not None and file[name].size > 1 << 16:
        raise ValueError("too large")
    return file[name][()]


def _anything(file, random):
    return random.choice(_names(file, h5py.Group | h5py.Dataset))


def _remove(file, random):
    del file[_anything(file, random)]


def _move(file, random):
    name = _anything(file, random)
    target = random.choice((_anything(file, random) + "_", "elsewhere", "model_weights/x"))
    file.move(name, target)


def _copy(file, random):
    name, target = _anything(file, random), _anything(file, random)
    if random.random() < 0.5:
        del file[target]
    file.copy(name, target)


def _exchange(file, random):
    one, other = _anything(file, random), _anything(file, random)
    file.move(one, "kept")
    file.move(other, one)
    file.move("kept", other)


def _link(file, random):
    name, target = _anything(file, random), _anything(file, random)
    kept = file[target]
    if random.random() < 0.8:
        del file[name]
    file[name] = random.choice(
        (
            h5py.SoftLink(f"/{target}"),
            h5py.SoftLink(f"/{name}"),
            h5py.ExternalLink("input.h5", f"/{target}"),
            h5py.ExternalLink("/etc/passwd", "/"),
            kept,
            file["/"],
        )
    )


def _as_group(file, random):
    name = _array(file, random)
    del file[name]
    file.create_group(name)


def _retype(file, random):
    name = _array(file, random)
    values = _values(file, name)
    del file[name]
    dtype = np.dtype(random.choice(_TYPES))
    file.create_dataset(
        name,
        data=np.zeros(values.shape, dtype) if dtype.fields else None,
        shape=values.shape,
        dtype=dtype,
    )
    if dtype.kind in "fiu":
        file[name][...] = values * 4


def _reshape(file, random):
    name = _array(file, random)
    values = _values(file, name)
    del file[name]
    shape = random.choice(
        ((), (0,), (values.size,), (*values.shape, 1), values.shape[::-1], h5py.Empty("f4"))
    )
    if isinstance(shape, h5py.Empty):
        file[name] = shape
    else:
        file.create_dataset(name, data=np.resize(values, shape))


def _claim(file, random):
    """Claim much that was never written."""
    name = _array(file, random)
    shape = file[name].shape
    del file[name]
    huge = random.choice(((*shape[:-1], 10**8), (2**31,), (2**20, 2**20), shape, (2**16,) * 4))
    chunks = random.choice((None, None, True, tuple(min(side, 64) or 1 for side in huge)))
    fill = random.choice((None, 1.5))
    file.create_dataset(name, shape=huge, dtype="f4", chunks=chunks, fillvalue=fill)


def _filter(file, random):
    name = _array(file, random)
    values = _values(file, name)
    del file[name]
    options = random.choice(
        (
            {"compression": "gzip"},
            {"compression": "gzip", "shuffle": True},
            {"shuffle": True, "chunks": True},
            {"compression": "lzf"},
            {"fletcher32": True},
            {"scaleoffset": 3},
            {"chunks": tuple(max(side // 2, 1) for side in values.shape)},
            {"compression": "gzip", "chunks": tuple(side + 1 for side in values.shape)},
            {"compression": "gzip", "maxshape": (None,) * values.ndim},
        )
    )
    maxshape = {"maxshape": tuple(side * 2 for side in values.shape)} if "chunks" in options else {}
    file.create_dataset(name, data=values, **{**maxshape, **options})


def _raw_chunk(file, random):
    """Write a chunk past the filters: bytes that do not inflate, or inflate to other sizes."""
    _filter(file, random)
    names = [name for name in _names(file, h5py.Dataset) if file[name].chunks]
    array = file[random.choice(names)]
    data = random.choice((b"", random.randbytes(64), b"\x78\x9c" + bytes(40)))
    array.id.write_direct_chunk((0,) * array.ndim, data, random.choice((0, 1, 3)))


def _external(file, random):
    name = _array(file, random)
    shape = file[name].shape
    del file[name]
    if random.random() < 0.5:
        size = int(np.prod(shape)) * 4
        file.create_dataset(name, shape=shape, dtype="f4", external=[("/etc/passwd", 0, size)])
    else:
        layout = h5py.VirtualLayout(shape=shape, dtype="f4")
        layout[:] = h5py.VirtualSource("input.h5", _array(file, random), shape=shape)
        file.create_virtual_dataset(name, layout)


def _attribute(file, random):
    target = file[random.choice(("/", "model_weights", _anything(file, random)))]
    names = [*target.attrs, *_NAMES]
    name = random.choice(names)
    if name in target.attrs and random.random() < 0.3:
        del target.attrs[name]
    else:
        target.attrs[name] = random.choice(_VALUES)


def _list(file, random):
    """Change a list of names: another order, doubled, cut, split, of another type."""
    holders = [
        n
        for n in ("model_weights", *_names(file, h5py.Group))
        if "_names" in str(list(file[n].attrs))
    ]
    attributes = file[random.choice(holders)].attrs
    key = random.choice([key for key in attributes if key.endswith("_names")])
    names = [name if isinstance(name, str) else name.decode() for name in attributes[key]]
    what = random.randrange(6)
    if what == 0:
        random.shuffle(names)
    elif what == 1:
        names.append(random.choice(names))
    elif what == 2:
        names.pop(random.randrange(len(names)))
    elif what == 3:
        attributes[f"{key}0"], attributes[f"{key}1"] = names[:1], names[1:]
        del attributes[key]
        return
    elif what == 4:
        attributes[key] = np.array(names, "S")
        return
    else:
        names[0] = random.choice(("", "/", "x", "../" + names[0], "/model_weights/" + names[0]))
    attributes[key] = names


_CHANGES = (
    *(_remove, _move, _copy, _exchange, _link, _as_group, _retype, _reshape, _claim, _filter),
    *(_filter, _raw_chunk, _external, _attribute, _attribute, _list, _list),
)
