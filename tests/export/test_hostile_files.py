"""Damaged and deceiving HDF5 files are refused with what and where, at little cost."""

import sys
import zipfile
import zlib

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gantei.errors import ConversionError
from gantei_export.keras_conversion import hdf5_probe
from gantei_export.keras_conversion.hdf5_probe import probe
from gantei_export.keras_conversion.keras_converter import convert

from .hand_written import convolution, functional, layer, small_network, write

KERNEL = "model_weights/conv/conv/kernel:0"


def test_a_missing_file_is_named(tmp_path, refused):
    refused(tmp_path / "nothing.h5", "nothing.h5", "no such file")


def test_a_picture_is_not_taken_for_a_network(tmp_path, refused):
    file = tmp_path / "photo.h5"
    file.write_bytes(b"\xff\xd8\xff\xe0" + bytes(1000))
    refused(file, "photo.h5", "not an HDF5 file")


def test_an_empty_file_is_refused(tmp_path, refused):
    (tmp_path / "empty.h5").touch()
    refused(tmp_path / "empty.h5", "not an HDF5 file (0 bytes)")


def test_an_archive_of_something_else_is_refused(tmp_path, refused):
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    refused(tmp_path / "model.keras", "holds no config.json; it holds readme.txt")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(small_file, refused, part):
    data = small_file.read_bytes()
    small_file.write_bytes(data[: int(len(data) * part)])
    refused(small_file, "small.h5", "truncated or damaged")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 255)), min_size=1, max_size=30))
def test_flipped_bytes_convert_or_are_refused(small_file, changes):
    data = bytearray(small_file.read_bytes())
    for place, value in changes:
        data[place % len(data)] = value
    damaged = small_file.with_name("damaged.h5")
    damaged.write_bytes(data)
    try:
        probe(damaged)  # libhdf5 itself crashes over some of them
        convert(damaged)
    except ConversionError as error:
        assert "damaged.h5" in str(error) or "layer" in str(error) or "model" in str(error)


def test_a_file_that_crashes_the_hdf5_library_is_refused(small_file, monkeypatch):
    monkeypatch.setattr(sys, "executable", crashing_python(small_file.parent))
    with pytest.raises(ConversionError, match="the HDF5 library crashes over it"):
        probe(small_file)


def test_a_file_over_which_the_hdf5_library_hangs_is_refused_within_ten_seconds(
    small_file, monkeypatch
):
    assert hdf5_probe.LONGEST < 10
    monkeypatch.setattr(sys, "executable", crashing_python(small_file.parent, "exec sleep 60"))
    monkeypatch.setattr(hdf5_probe, "LONGEST", 0.2)
    with pytest.raises(ConversionError, match="reading it does not end"):
        probe(small_file)


def crashing_python(folder, end="kill -SEGV $$"):
    """A stand-in for the interpreter that dies by a segmentation fault, or ends otherwise."""
    script = folder / "python"
    script.write_text(f"#!/bin/sh\n{end}\n")
    script.chmod(0o755)
    return str(script)


def test_no_model_config_is_no_keras_model(tmp_path, refused):
    with h5py.File(tmp_path / "plain.h5", "w") as file:
        file["numbers"] = np.arange(3.0)
    refused(tmp_path / "plain.h5", "no model_config")


def test_weights_alone_are_told_from_a_model(tmp_path, refused):
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file.attrs["layer_names"] = ["conv"]
        file.create_group("conv")
    refused(tmp_path / "weights.h5", "weights without a network", "model.save")


def test_a_version_that_nobody_has_seen_is_named(small_file, refused):
    with h5py.File(small_file, "a") as file:
        file.attrs["keras_version"] = "4.0.1"
    refused(small_file, "Keras 4.0.1", "known: 1, 2 and 3")


def test_weights_with_nan_are_refused(changed, refused):
    def change(layers, weights):
        weights["conv"]["conv/kernel:0"][0, 0, 0, 0] = np.nan

    refused(changed(change), KERNEL, "NaN")


def test_ten_claimed_gigabytes_that_were_never_written_are_refused(small_file, refused_cheaply):
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        file.create_dataset(KERNEL, shape=(3, 3, 3, 100_000_000), dtype="f4")
    refused_cheaply(small_file, "kernel:0", "claims 10,800,000,000 bytes")


def test_ten_claimed_gigabytes_in_chunks_are_refused(small_file, refused_cheaply):
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        shape = (3, 3, 3, 100_000_000)
        file.create_dataset(KERNEL, shape=shape, dtype="f4", chunks=(3, 3, 3, 1000))
    refused_cheaply(small_file, "kernel:0", "claims 10,800,000,000 bytes")


def test_a_chunk_that_inflates_beyond_its_size_is_refused(small_file, refused_cheaply):
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        array = file.create_dataset(
            KERNEL, shape=(3, 3, 3, 4), dtype="f4", chunks=(3, 3, 3, 4), compression="gzip"
        )
        compressor = zlib.compressobj(1)
        parts = [compressor.compress(bytes(1 << 20)) for _ in range(600)]
        array.id.write_direct_chunk((0, 0, 0, 0), b"".join([*parts, compressor.flush()]))
    refused_cheaply(small_file, "kernel:0", "does not inflate to its 432 bytes")


def test_a_chunk_that_was_never_written_is_refused(small_file, refused):
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        file.create_dataset(KERNEL, shape=(3, 3, 3, 4), dtype="f4", compression="gzip")
    refused(small_file, "kernel:0", "never written")


def test_an_external_link_is_not_followed(small_file, refused, tmp_path):
    other = write(tmp_path / "other.h5", *small_network())
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        file[KERNEL] = h5py.ExternalLink(str(other), KERNEL)
    refused(small_file, "kernel:0", "link")


def test_a_soft_link_is_not_followed(small_file, refused):
    with h5py.File(small_file, "a") as file:
        file.move("model_weights/conv", "elsewhere")
        file["model_weights/conv"] = h5py.SoftLink("/elsewhere")
    refused(small_file, "conv", "link")


def test_values_in_another_file_are_not_read(small_file, refused, tmp_path):
    (tmp_path / "secret").write_bytes(bytes(432))
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        external = [(str(tmp_path / "secret"), 0, 432)]
        file.create_dataset(KERNEL, shape=(3, 3, 3, 4), dtype="f4", external=external)
    refused(small_file, "kernel:0", "another file")


def test_a_virtual_array_is_not_read(small_file, refused, tmp_path):
    other = write(tmp_path / "other.h5", *small_network())
    layout = h5py.VirtualLayout(shape=(3, 3, 3, 4), dtype="f4")
    layout[:] = h5py.VirtualSource(str(other), KERNEL, shape=(3, 3, 3, 4))
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        file.create_virtual_dataset(KERNEL, layout)
    refused(small_file, "kernel:0", "another file")


def test_arrays_that_are_no_numbers_are_refused(small_file, refused):
    with h5py.File(small_file, "a") as file:
        del file[KERNEL]
        file[KERNEL] = np.array([b"text"])
    refused(small_file, "kernel:0", "not numbers")


def test_an_array_linked_from_a_hundred_layers_cannot_swell_the_result(tmp_path, refused_cheaply):
    layers = [layer("InputLayer", "i", batch_input_shape=[None, 1, 1, 3])]
    weights, before = {}, "i"
    for number in range(100):
        name, channels = f"c{number}", 3 if number == 0 else 1024
        option = {"kernel_size": [1, 1], "use_bias": False}
        layers.append(convolution(name, before, 1024, **option))
        shape = (1, 1, channels, 1024)
        weights[name] = {"kernel:0": np.ones(shape if number < 2 else 1, "f4")}
        before = name
    pool = layer("GlobalAveragePooling2D", "pool", before, data_format="channels_last")
    file = write(tmp_path / "links.h5", functional([*layers, pool], "pool"), weights)
    with h5py.File(file, "a") as opened:
        group = opened["model_weights"]
        for number in range(2, 100):
            del group[f"c{number}/kernel:0"]
            group[f"c{number}/kernel:0"] = group["c1/kernel:0"]
    refused_cheaply(file, "the file holds far less")


def test_a_name_that_is_no_text_is_refused(tmp_path, refused):
    path = tmp_path / "names.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/conv2d/vars/0"] = np.zeros((3, 3, 3, 4), np.float32)
        file["layers"].id.move(b"conv2d", b"conv\xff")
    refused(path, "/layers: holds a name that is not text")
