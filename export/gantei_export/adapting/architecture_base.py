"""A base made of weights that a user has, such as ImageNet's: an estimator-to-be, for one adapting.

Its network is that of the file up to the last feature maps, their average, and a head of zeros. The
facts of its input are those that the user states: an architecture has none of its own.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.errors import SettingError
from gantei.manifests.fields import UNKNOWN
from gantei.manifests.input_output import InputSpec

from ..architectures.named_architecture import KERAS_APPLICATIONS, architecture_named, keras_pixels
from ..estimator_folder.folder_writing import convert_into, provenance_of, write_folder
from ..file_kinds.downloaded_file import downloaded_file
from ..file_kinds.kind import HDF5, KERAS_ARCHIVE, kind_of_file
from ..importing.file_conversion import convert_file
from ..manifest_draft.draft_tables import Tables, fill_in, new_tables
from ..manifest_draft.user_claims import UserClaims
from ..manifest_draft.user_settings import READERS, apply_settings, size_of

if TYPE_CHECKING:
    from ..onnx_graph.conversion import Conversion

INPUT_FACTS = tuple(f"input.{key}" for key in InputSpec.model_fields)
RIGHTS = {
    "source.terms": "the terms of the weights, in their publisher's words",
    "source.redistribution": "whether they may be passed on; allowed … where everybody may",
    "source.licence": "the identifier of their licence in small letters, such as cc-by-4.0",
    "source.citation": "what their publisher wants cited",
    "source.data": "the photographs that they were trained on",
}
"""What may be stated of the weights themselves; what is not, stays unknown."""
_HEAD = "the head of zeros, before anything is learnt"


@contextmanager
def architecture_base(
    architecture: str,
    weights: str | os.PathLike[str],
    settings: Mapping[str, str],
    because: str | None,
) -> Iterator[Path]:
    """Make a base of weights of an architecture, to adapt it while the block lasts.

    Args:
        architecture: one that gantei carries, in any spelling: `vgg19`, `EfficientNet-B0`.
        weights: Keras weights alone, with or without a head, or a whole model (`.h5`, `.keras`).
        settings: every fact of the input, as `gantei import --set` takes them; perhaps `RIGHTS`.
            `{"input.scale": "keras-applications"}` stands for `preprocess_input` of the
            architecture's module in keras.applications, which says the order of channels, too.
        because: who said so, and where.

    Yields:
        The folder of the base, which `adapt` and `fine_tune` take as they take an estimator's.

    Raises:
        SettingError: a fact is missing (all that are, are named), unknown, or cannot be read.
        ConversionError: the weights are of another architecture, or the file is damaged.
        MissingExtraError: h5py, onnx or tomli-w is not installed.
    """
    name, given = architecture_named(architecture), Path(weights)
    facts = complete_facts(name, settings, because)
    rights = {key: value for key, value in settings.items() if key in RIGHTS}
    with (
        tempfile.TemporaryDirectory(prefix="gantei-") as scratch,
        downloaded_file(given) as file,
    ):
        _check_kind(file, given)
        claims = UserClaims(name, input_size=size_of(facts), new_head=True)
        conversion = convert_file(file, claims)
        tables = _tables(name, conversion, given.name)
        apply_settings(tables, facts, because)
        if settings.get("input.scale") == KERAS_APPLICATIONS:
            _tell_keras(tables, name)
        _state_rights(tables, rights, str(because))
        _hold_against_statistics(tables, conversion)
        folder = Path(scratch)
        manifest = convert_into(folder, conversion, tables)
        provenance = provenance_of(conversion, given.name) | {"stated": claims.as_dict()}
        write_folder(folder, tables, manifest, provenance)
        yield folder


def complete_facts(
    architecture: str,
    settings: Mapping[str, str],
    because: str | None,
    *,
    with_file: bool = True,
) -> dict[str, str]:
    """Give the facts of the input that are stated, each of them in words of `READERS`.

    Args:
        architecture: its name, as gantei writes it.
        settings: what is stated.
        because: who said so.
        with_file: whether a file of weights was named.

    Raises:
        SettingError: one is missing, or none of an architecture's; all that are missing are named.
    """
    if unknown := [key for key in settings if key not in (*INPUT_FACTS, *RIGHTS)]:
        names = ", ".join((*INPUT_FACTS, *RIGHTS))
        raise SettingError(
            f"--set {unknown[0]}: with --architecture, only these facts can be stated: {names}"
        )
    known = {key: value for key, value in settings.items() if value.strip() != UNKNOWN}
    facts = {key: value for key, value in known.items() if key in INPUT_FACTS}
    if facts.get("input.scale") == KERAS_APPLICATIONS:
        facts |= _as_keras(architecture, facts.get("input.colour"))
    missing = [] if with_file else ["--weights FILE (the weights, which are never downloaded)"]
    missing += [f"--set {key}=… ({_expected(key)})" for key in INPUT_FACTS if key not in facts]
    if not (because and because.strip()):
        missing.append('--because "who says so, and where"')
    if missing:
        raise SettingError(
            f"--architecture {architecture}: weights hold nothing of the photographs that they are "
            f"for, and nothing is guessed; state, too: {'; '.join(missing)}"
        )
    return facts


def _as_keras(architecture: str, colour: str | None) -> dict[str, str]:
    """Write out what `preprocess_input` does."""
    scale, order = keras_pixels(architecture)
    if colour not in (None, order):
        raise SettingError(
            f"input.colour={colour}: preprocess_input of {architecture} gives {order}; leave it "
            f"out, or state input.scale in numbers"
        )
    text = scale if isinstance(scale, str) else ",".join(map(repr, scale["mean"] + scale["std"]))
    return {"input.scale": text, "input.colour": order}


def _expected(key: str) -> str:
    words = READERS[key][1]
    return f"{KERAS_APPLICATIONS}, {words}" if key == "input.scale" else words


def _check_kind(file: Path, named: Path) -> None:
    kind = kind_of_file(file)
    if kind not in (HDF5, KERAS_ARCHIVE):
        raise SettingError(
            f"{named.name}: {kind.what}; --architecture takes weights of Keras (.h5, .keras)"
        )


def _tables(architecture: str, conversion: "Conversion", file_name: str) -> Tables:
    tables = new_tables(architecture.lower(), "regression")
    fill_in(tables, conversion.facts, file_name)
    ((output, table),) = tables["output"].items()
    for key, value in {"unit": "1", "scale": 1.0, "offset": 0.0}.items():
        table[key] = value
        tables["basis"][f"output.{output}.{key}"] = {"origin": "file", "evidence": _HEAD}
    return tables


def _tell_keras(tables: Tables, architecture: str) -> None:
    for key in ("input.scale", "input.colour"):
        basis = tables["basis"][key]
        basis["evidence"] += f"; preprocess_input of keras.applications for {architecture}"


def _state_rights(tables: Tables, rights: Mapping[str, str], because: str) -> None:
    for key, value in rights.items():
        tables["source"][key.removeprefix("source.")] = value
        tables["basis"][key] = {"origin": "stated", "evidence": because.strip()}


def _hold_against_statistics(tables: Tables, conversion: "Conversion") -> None:
    if known := conversion.facts.first_normalization:
        from ..estimator_folder.scale_check import note_doubt

        note_doubt(tables, conversion.model, conversion.weights, known)


def rights_unknown(settings: Mapping[str, str]) -> bool:
    """Whether nobody has said under which terms the weights may be used."""
    return settings.get("source.terms", UNKNOWN) == UNKNOWN
