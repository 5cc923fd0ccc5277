"""From a downloaded file of any kind to a conversion, and to its comparison with the original.

What a file is, its content tells (`file_kinds.kind`); each kind has one converter and one judge.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import ConversionError, MissingExtraError, SettingError
from gantei.manifests.manifest import Manifest
from gantei.system.files import sha256_of
from gantei.system.install_command import how_to_add

from ..file_kinds.kind import (
    HDF5,
    KERAS_ARCHIVE,
    ONNX,
    PYTORCH,
    SAFETENSORS,
    FileKind,
    kind_of_file,
)
from ..manifest_draft.user_claims import UserClaims

if TYPE_CHECKING:
    from ..onnx_graph.conversion import Conversion


def convert_file(path: Path, claims: UserClaims) -> "Conversion":
    """Convert a file of Keras, PyTorch or ONNX, or have TensorFlow do it where that is stated.

    Raises:
        ConversionError: it is damaged, deceives, or holds what is not supported.
        MissingExtraError: h5py, onnx or tomli-w, or TensorFlow for a trusted file, is missing.
    """
    _check_extra()
    if claims.trusted:
        from ..with_tensorflow.tensorflow_converter import convert_with_tensorflow

        claims.refuse_output(path.name)
        claims.refuse_for_whole_model(path.name)
        return convert_with_tensorflow(path)
    # What is damaged beyond recognition was let through for a name like those of Keras' files.
    return CONVERTERS.get(kind_of_file(path), _convert_keras)(path, claims)


def verify_file(
    path: Path, folder: Path, manifest: Manifest, conversion: "Conversion"
) -> dict[str, Any]:
    """Compare an estimator with what the file's own framework answers; see `comparison`.

    Raises:
        ConversionError: the two differ, or the framework cannot open the file.
        MissingExtraError: the framework is not installed.
        SettingError: the framework cannot open weights alone.
    """
    from ..verification.comparison import compare, draw_batch

    batch = draw_batch(manifest)
    return compare(folder, manifest, batch, *original_answers(path, manifest, conversion, batch))


def original_answers(
    path: Path,
    manifest: Manifest,
    conversion: "Conversion",
    batch: NDArray[np.float32],
    asked_by: str = "--verify",
) -> tuple[NDArray[np.float32], dict[str, str]]:
    """Have the file's own framework answer a batch: float32 (n, units), and its versions.

    Args:
        path: the publisher's file.
        manifest: of the estimator that it became.
        conversion: of the file.
        batch: what the network is shown, float32 (n, height, width, 3).
        asked_by: the option that needs it, for errors.

    Raises:
        ConversionError: the framework cannot open the file.
        MissingExtraError: the framework is not installed.
        SettingError: the framework cannot open weights alone.
    """
    facts = conversion.facts
    if facts.framework == "PyTorch":
        from ..verification.against_timm import answers_of_timm

        entry, prefix = facts.file_notes.get("entry"), str(facts.file_notes.get("prefix", ""))
        return answers_of_timm(path, batch, manifest, entry=entry, prefix=prefix, asked_by=asked_by)
    from ..verification.against_keras import answers_of_keras

    if facts.head_claim is not None:
        raise SettingError(f"{asked_by} needs a whole model; Keras cannot open weights alone")
    return answers_of_keras(path, batch, facts.keras_version, asked_by)


def _convert_keras(path: Path, claims: UserClaims) -> "Conversion":
    from ..keras_conversion.hdf5_probe import probe
    from ..keras_conversion.keras_converter import convert

    claims.refuse_output(path.name)
    probe(path, claims)
    return convert(path, claims)


def _convert_onnx(path: Path, claims: UserClaims) -> "Conversion":
    from ..onnx_files.onnx_converter import convert_onnx
    from ..onnx_files.onnx_probe import probe_onnx

    return convert_onnx(path, claims, probe_onnx(path, claims))


def _convert_pytorch(path: Path, claims: UserClaims) -> "Conversion":
    from ..pytorch_files.state_dict import open_state_dict
    from ..pytorch_networks.state_dict_converter import convert_state_dict

    claims.refuse_output(path.name)
    if claims.architecture or claims.head_activations:
        raise ConversionError(
            f"{path.name}: is PyTorch's; --architecture and --head-activation are for Keras files "
            "of weights alone"
        )
    size = path.stat().st_size
    with open_state_dict(path) as state:
        conversion = convert_state_dict(state.tensors, sha256_of(path), size, claims.input_size)
        notes = {
            "form": state.form,
            "entry": state.entry,
            "prefix": state.prefix,
            "passed_over": list(state.passed_over),
        }
    kept = {key: value for key, value in notes.items() if value}
    return replace(conversion, facts=replace(conversion.facts, file_notes=kept))


def _check_extra() -> None:
    """Miss what is needed before any work."""
    try:
        import h5py  # noqa: F401
        import onnx  # noqa: F401
        import tomli_w  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f"converting needs h5py, onnx and tomli-w ({error}): {how_to_add('convert')}"
        ) from error


CONVERTERS: Mapping[FileKind, Callable[[Path, UserClaims], "Conversion"]] = {
    HDF5: _convert_keras,
    KERAS_ARCHIVE: _convert_keras,
    ONNX: _convert_onnx,
    PYTORCH: _convert_pytorch,
    SAFETENSORS: _convert_pytorch,
}
"""By the kind of file that gantei opens."""
