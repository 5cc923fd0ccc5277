"""`gantei settle`: unknown facts of an estimator, settled on photographs with known labels."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.commands.evaluate_options import add_labels, pairs_of
from gantei.commands.options import add_device, add_json, print_json, whole_number
from gantei.commands.photograph_options import add_photographs, listing_of

if TYPE_CHECKING:
    from gantei.labels.label_table import LabelOptions

    from .settling_result import SettleOptions, Settling

SETTLED, NOT_SETTLED = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    settling = commands.add_parser(
        "settle",
        help="settle unknown facts of an estimator on photographs with known labels",
        description="Find out which input an installed estimator expects, and which of its labels "
        "is which: try every combination of what is unknown or assumed on photographs of people "
        "whose age or sex is known, and drop those that the labels speak against. It takes about "
        "100 people. Nothing is changed without --apply.",
        epilog="Exit code: 0 a candidate predicts the labels and nothing stated is contradicted, "
        "1 too early, none works, a contradiction, or --apply was refused, 2 it could not run.",
    )
    settling.add_argument("estimator", metavar="NAME", help="an installed estimator")
    add_photographs(settling)
    _add_persons(settling)
    add_labels(settling)
    settling.add_argument(
        "--by",
        metavar="COLUMN",
        action="append",
        default=[],
        help="warn where this column, such as camera, is associated with a label; separate several "
        "by commas, or repeat",
    )
    settling.add_argument(
        "--confidence",
        type=_confidence,
        default=0.999,
        metavar="SHARE",
        help="probability that the true candidate is not dropped, default: 0.999",
    )
    settling.add_argument(
        "--candidates",
        metavar="FILE",
        type=Path,
        help='values to try instead of the usual ones: TOML as "input.scale" = ["0..1", "torch"], '
        "or the same as .json; values as gantei set takes them",
    )
    _add_applying(settling)
    add_device(settling)
    settling.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="people to process at once, default: cores",
    )
    add_json(settling)
    settling.set_defaults(run=_run)


def _add_persons(settling: argparse.ArgumentParser) -> None:
    settling.add_argument(
        "--persons",
        metavar="HOW",
        help="whose eye each photograph shows, where neither a list nor the labels say so: names, "
        "folders, or a regular expression, as in gantei predict",
    )
    settling.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="state that no two photographs are of the same person",
    )


def _add_applying(settling: argparse.ArgumentParser) -> None:
    settling.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        help="write settled.html and settled.json there",
    )
    settling.add_argument("--overwrite", action="store_true", help="replace those of another run")
    settling.add_argument(
        "--apply",
        action="store_true",
        help="write what is settled into the estimator; what its file or publisher states stays",
    )
    settling.add_argument(
        "--although-worse",
        action="store_true",
        help="with --apply: also where it is worse on these people than its publisher reports",
    )
    settling.add_argument("--name", metavar="NEW", help="with --apply: change a copy of that name")


def _confidence(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.5 <= share < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0.5 to below 1")
    return share


def _run(chosen: argparse.Namespace) -> int:
    from gantei.errors import SettingError
    from gantei.labels.label_table import read_labels
    from gantei.statistics.study_extra import require_study_extra
    from gantei.terminal.progress import progress

    from .settle import settle
    from .settled_record import settled_record
    from .settled_text import settled_text
    from .settled_writing import check_folder, write_settled

    require_study_extra("gantei settle")
    if not chosen.apply and (chosen.name or chosen.although_worse):
        raise SettingError("--name and --although-worse go with --apply")
    if chosen.apply:
        _check_applying(chosen)
    if chosen.out:
        check_folder(chosen.out, overwrite=chosen.overwrite)
    table = read_labels(_label_options(chosen))
    listing = listing_of(chosen)
    with progress(len(listing.photographs), "photograph") as bar:
        settling = settle(chosen.estimator, listing, table, _options(chosen), bar.update)
    if chosen.json:
        print_json(settled_record(settling))
    else:
        sys.stdout.write(settled_text(settling))
    if chosen.out:
        for path in write_settled(settling, chosen.out, overwrite=chosen.overwrite):
            sys.stderr.write(f"{path}\n")
    return _finish(chosen, settling)


def _variables(chosen: argparse.Namespace) -> tuple[str, ...]:
    return tuple(name.strip() for text in chosen.by for name in text.split(",") if name.strip())


def _label_options(chosen: argparse.Namespace) -> "LabelOptions":
    from gantei.labels.label_table import LabelOptions

    return LabelOptions(
        chosen.labels,
        person=chosen.person,
        age=chosen.age,
        sex=chosen.sex,
        visit=chosen.visit,
        labels=pairs_of("--label", chosen.label),
        by=_variables(chosen),
        sex_coding=chosen.sex_coding,
        encoding=chosen.encoding,
        photograph=chosen.photograph,
    )


def _options(chosen: argparse.Namespace) -> "SettleOptions":
    from gantei.catalogue.entries import find

    from .candidates_file import read_candidates
    from .settling_result import SettleOptions

    manifest = find(chosen.estimator).manifest
    return SettleOptions(
        confidence=chosen.confidence,
        by=_variables(chosen),
        candidates=read_candidates(chosen.candidates, manifest) if chosen.candidates else {},
        one_photograph_per_person=chosen.one_photograph_per_person,
        allow_grey=chosen.allow_grey,
        device=chosen.device,
        workers=chosen.workers,
    )


def _check_applying(chosen: argparse.Namespace) -> None:
    """Miss what `--apply` needs before any work."""
    from gantei.catalogue.entries import find_installed

    from ..changing.change_estimator import check_extra, target_of

    check_extra()
    target_of(find_installed(chosen.estimator)[0], chosen.name)


def _finish(chosen: argparse.Namespace, settling: "Settling") -> int:
    """Apply what was settled, or say how to."""
    from ..manifest_draft.facts_text import next_step
    from .applying import apply_settled, refusal

    if not chosen.apply:
        works = settling.signal == "signal" and not settling.contradicted
        if refusal(settling, although_worse=True) is None and not chosen.json:
            sys.stderr.write(
                "Nothing was changed; --apply writes what is settled into the estimator.\n"
            )
        return SETTLED if works else NOT_SETTLED
    if why := refusal(settling, although_worse=chosen.although_worse):
        sys.stderr.write(f"Nothing was applied: {why}.\n")
        return NOT_SETTLED
    entry = apply_settled(settling, new_name=chosen.name, although_worse=chosen.although_worse)
    sys.stderr.write(f"{entry.name}: changed in {entry.folder}\n{next_step(entry.manifest)}\n")
    return SETTLED
