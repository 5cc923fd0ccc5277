"""`gantei import`: a downloaded file becomes an installed estimator."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .importer import ImportResult


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    importing = commands.add_parser(
        "import",
        help="turn a downloaded file into an installed estimator",
        description="Convert a file of Keras, PyTorch or ONNX and install it as an estimator. The "
        "file is read as data; nothing in it is run, except by --verify and --with-tensorflow.",
    )
    _add_file(importing)
    _add_facts(importing)
    _add_checks(importing)
    _add_trust(importing)
    importing.add_argument(
        "--replace", action="store_true", help="take the place of an installed estimator"
    )
    importing.set_defaults(run=_run)


def _add_file(importing: argparse.ArgumentParser) -> None:
    importing.add_argument(
        "name", metavar="NAME", help="an estimator of the catalogue, or with --task a new name"
    )
    importing.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help="whole Keras model (.h5, .keras), Keras weights alone (.h5, .weights.h5), PyTorch "
        "state dict (.pth, .pt, .bin, .safetensors), ONNX file, or a .zip that holds one",
    )


def _add_facts(importing: argparse.ArgumentParser) -> None:
    """Add what is said about the file."""
    importing.add_argument(
        "--task",
        choices=("age", "sex", "binary", "categorical", "regression"),
        help="what a new estimator estimates",
    )
    importing.add_argument(
        "--set",
        dest="settings",
        metavar="FACT=VALUE",
        action="append",
        default=[],
        help="state a fact that the file does not tell, such as input.scale=-1..1",
    )
    importing.add_argument(
        "--because", metavar="TEXT", help="who said so, and where; kept in the manifest"
    )
    importing.add_argument(
        "--architecture",
        metavar="NAME",
        help="architecture of weights alone, such as EfficientNet-B7; default: by their shapes",
    )
    importing.add_argument(
        "--head-activation",
        metavar="NAMES",
        help="activation of the head of weights alone, which do not tell it: sigmoid, softmax or "
        "linear; relu,sigmoid for two Dense layers",
    )
    importing.add_argument(
        "--output",
        metavar="NAME",
        help="the output to take of an ONNX file with several",
    )


def _add_checks(importing: argparse.ArgumentParser) -> None:
    """Add what the estimator is compared with."""
    importing.add_argument(
        "--verify",
        action="store_true",
        help="compare with Keras, or PyTorch and timm, on 8 pictures (needs those that wrote the "
        "file, and opens the file with them, which trusts the file)",
    )
    importing.add_argument(
        "--samples",
        metavar="DIR",
        type=Path,
        help="answer the publisher's own pictures in DIR and compare with what is published; "
        "default: those beside FILE",
    )
    golden = importing.add_mutually_exclusive_group()
    golden.add_argument(
        "--golden",
        metavar="DIR",
        type=Path,
        help="make the photographs in DIR golden, by which gantei verify --golden tells later "
        "whether the estimator still answers as today. With --verify the original answers them. "
        "They become part of the estimator; default: three drawn ones",
    )
    golden.add_argument("--no-golden", action="store_true", help="keep no golden photographs")


def _add_trust(importing: argparse.ArgumentParser) -> None:
    importing.add_argument(
        "--with-tensorflow",
        action="store_true",
        help="have TensorFlow convert what gantei does not: a SavedModel (a folder, or a .zip of "
        "one), a Lambda, other layers. It runs the file's code with your rights; needs "
        "--trust-this-file",
    )
    importing.add_argument(
        "--trust-this-file",
        action="store_true",
        help="you know and trust who made the file: its code may run",
    )


def _run(chosen: argparse.Namespace) -> int:
    from gantei.terminal.progress import step

    from ..estimator_folder.golden_photographs import golden_paths
    from ..file_kinds.trusted_file import check_trust
    from ..manifest_draft.user_claims import UserClaims
    from ..manifest_draft.user_settings import settings_of
    from .importer import Checks, import_estimator

    golden = None if chosen.no_golden else golden_paths([chosen.golden] if chosen.golden else [])
    check_trust(with_tensorflow=chosen.with_tensorflow, trusted=chosen.trust_this_file)
    claims = UserClaims(
        architecture=chosen.architecture,
        head_activations=_words(chosen.head_activation),
        output=chosen.output,
        trusted=chosen.trust_this_file,
    )
    with step(f"converting and checking {chosen.file.name}"):
        imported = import_estimator(
            chosen.name,
            chosen.file,
            task=chosen.task,
            settings=settings_of(chosen.settings),
            because=chosen.because,
            claims=claims,
            checks=Checks(chosen.verify, chosen.samples, golden),
            replace=chosen.replace,
        )
    sys.stdout.write(_report(imported))
    return 0


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",")) if text else ()


def _publisher_lines(imported: "ImportResult") -> list[str]:
    """Say how far it is known that the file is its publisher's, and answers as theirs does."""
    manifest, lines = imported.entry.manifest, []
    if imported.unproven:
        lines.append("Its publisher states no checksum: that this is the file rests on your word.")
    for copy in manifest.known_copy:
        same = copy.sha256 == manifest.source.original_sha256
        lines.append(
            f"Its sha256 is {'that' if same else 'not that'} of the {copy.file} of {copy.holder}"
        )
    lines += [str(each) for each in imported.compared]
    if manifest.answer and not imported.compared:
        names = ", ".join(answer.photograph for answer in manifest.answer)
        lines.append(
            f"Its publisher's own answers to {names} are known: put these pictures beside the "
            f"file, or name their folder, gantei verify {manifest.name} --samples DIR"
        )
    return [*lines, ""] if lines else []


def _report(imported: "ImportResult") -> str:
    """Say what is known, on what basis, and what is still to be settled."""
    from gantei.terminal.plural import counted

    from ..manifest_draft.facts_text import facts_text, next_step

    entry, manifest = imported.entry, imported.entry.manifest
    architecture = manifest.basis["architecture"]
    lines = [
        f"{entry.name}: installed in {entry.folder}",
        f"architecture: {manifest.architecture} ({architecture.origin}: {architecture.evidence})",
        "",
        facts_text(manifest),
        "",
    ]
    if verification := imported.provenance["verification"]:
        lines += [
            f"largest difference from the original: {verification['largest_difference']:.1e} "
            f"on {verification['pictures']} pictures",
            "",
        ]
        if verification.get("all_alike"):
            lines += ["Warning: it answers every one of them alike. Does it look at them?", ""]
    if assumed := imported.provenance.get("assumed"):
        lines += [
            "Assumed, as the file holds names and not what they compute. Where one of them was its",
            "author's own, the numbers would differ: export that network to ONNX instead.",
            *(f"  {assumption}" for assumption in assumed),
            "",
        ]
    if passed_over := imported.provenance["original"].get("passed_over"):
        lines += [f"passed over, and not built: {', '.join(passed_over)}", ""]
    if imported.kept:
        lines += [f"Stated before of this file, and kept: {', '.join(imported.kept)}", ""]
    lines += _publisher_lines(imported)
    if manifest.golden:
        golden = counted(len(manifest.golden), "golden photograph")
        lines += [f"{golden}: gantei verify {entry.name} --golden", ""]
    lines.append(next_step(manifest))
    return "\n".join(lines) + "\n"
