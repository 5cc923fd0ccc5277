"""`gantei adapt`: an estimator of one's own, from an installed one and labelled photographs."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.commands.evaluate_options import add_labels, label_options
from gantei.commands.options import add_device, add_json, print_json, whole_number
from gantei.commands.photograph_options import add_persons, add_photographs, listing_of

from .architecture_options import add_architecture
from .whole_network_options import add_whole_network

if TYPE_CHECKING:
    from gantei.pages.study_report import StudyReport

    from ..fine_tuning.fine_tuned import FineTuned
    from .adapt_options import AdaptOptions
    from .adapted import AdaptedEstimator
    from .before_adapting import PreparedAdapting

ALL_GOOD, SOME_LEFT_OUT = 0, 1


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    adapting = commands.add_parser(
        "adapt",
        help="make an estimator of your own from an installed one and labelled photographs",
        description="Learn a new output from photographs with known labels: fit a linear head on "
        "the embeddings of an installed estimator (logistic regression for classes, ridge "
        "regression for a number; the penalty is chosen by cross-validation over people), or, with "
        "--whole-network, train all layers. Instead of an estimator, --architecture begins "
        "with weights in a file. The result is installed as an estimator like any other. Its "
        "performance is measured on held-out people: nobody is both learnt from and "
        "tested on.",
        epilog="Exit code: 0 all photographs took part, 1 some were left out, 2 nothing was made.",
    )
    adapting.add_argument(
        "estimator",
        metavar="NAME",
        nargs="?",
        help="the installed estimator to start from; left out with --architecture",
    )
    add_photographs(adapting, can_be_anonymous=False)
    add_persons(adapting)
    add_labels(adapting, of_outputs=False)
    _add_target(adapting)
    _add_measuring(adapting)
    add_architecture(adapting)
    add_whole_network(adapting)
    _add_writing(adapting)
    adapting.add_argument(
        "--embeddings",
        metavar="FILE",
        type=Path,
        help="keep the embeddings in this file, which only you can read, and reuse those already "
        "in it, after a killed run or for another target",
    )
    add_device(adapting)
    adapting.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs to decode at once, default: cores",
    )
    add_json(adapting)
    adapting.set_defaults(run=_run, by=[], label=[])


def _add_target(adapting: argparse.ArgumentParser) -> None:
    group = adapting.add_argument_group("target")
    group.add_argument(
        "--target", metavar="COLUMN", required=True, help="column of --labels to learn"
    )
    group.add_argument(
        "--as",
        dest="kind",
        choices=("number", "classes"),
        help="how to read a column of numbers that are not ages: as amounts (number), or as codes "
        "of classes (classes)",
    )
    group.add_argument(
        "--classes",
        metavar="A,B",
        help="the classes in order, of two the negative one first; default: in sorted order, "
        "but of two a word such as no, negative, なし or 陰性 first",
    )
    group.add_argument(
        "--unit", metavar="UNIT", help="unit of a number; years says that it is an age"
    )
    group.add_argument(
        "--output",
        metavar="NAME",
        help="name of the new output: small letters, digits and _; default: that of the column",
    )
    group.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="state that no two photographs are of the same person",
    )


def _add_measuring(adapting: argparse.ArgumentParser) -> None:
    group = adapting.add_argument_group("learning and measuring")
    group.add_argument(
        "--augment",
        action="store_true",
        help="also learn from copies of each photograph: turned, shifted, with other light, "
        "contrast and colour, blurred, recompressed (never mirrored); the trials measure what this "
        "gains",
    )
    group.add_argument(
        "--trials",
        metavar="N",
        type=int,
        help="how many times to split the people at random, four fifths to learn from and one "
        "fifth to test on; 0: do not measure; default: 10. With --whole-network each trial is a "
        "whole training, and the network of the first is installed; default: 1",
    )
    group.add_argument(
        "--curve",
        action="store_true",
        help="also measure with fewer people (25, 50, 100 …), and estimate how many more would "
        "help",
    )
    group.add_argument(
        "--reach",
        metavar="FIGURE",
        type=float,
        help="with --curve: the mean absolute error, or the accuracy, to reach; it estimates how "
        "many more people that takes; default: a tenth less error",
    )
    group.add_argument(
        "--seed", metavar="S", type=int, default=0, help="seed of the splits, default: 0"
    )


def _add_writing(adapting: argparse.ArgumentParser) -> None:
    group = adapting.add_argument_group("result")
    group.add_argument("--name", metavar="NEW", required=True, help="name of the new estimator")
    group.add_argument(
        "--replace", action="store_true", help="take the place of an installed one of that name"
    )
    group.add_argument(
        "--out", metavar="DIR", type=Path, help="also write a report into this new folder"
    )
    group.add_argument(
        "--overwrite",
        action="store_true",
        help="replace an earlier report, if nothing else is in its folder",
    )


def _run(chosen: argparse.Namespace) -> int:
    from .architecture_options import chosen_base
    from .whole_network_options import check_whole_network

    check_whole_network(chosen)
    with chosen_base(chosen):
        return _adapt(chosen)


def _adapt(chosen: argparse.Namespace) -> int:
    from .adapt_summary import write_adapted
    from .adapted import adapted_record, install
    from .adapted_report import adapted_report
    from .before_adapting import check_before_adapting, check_report

    options = _options(chosen)
    if chosen.out:
        check_report(chosen.out, chosen.paths, overwrite=chosen.overwrite)
    listing = listing_of(chosen)
    prepared = check_before_adapting(
        options, listing, chosen.labels, label_options(chosen), embedding=not chosen.whole_network
    )
    if chosen.whole_network:
        return _whole_network(chosen, prepared)
    with _folder(chosen) as folder:
        made = _learnt(prepared)
        names = _written(adapted_report(made), folder) if folder else ()
        entry = install(made)
    if chosen.json:
        print_json(adapted_record(made))
    write_adapted(made, entry, chosen.out, names, table=not chosen.json)
    return SOME_LEFT_OUT if made.leaves_out else ALL_GOOD


def _whole_network(chosen: argparse.Namespace, prepared: "PreparedAdapting") -> int:
    from .whole_network import leaves_out, train_whole_network, write_whole_network
    from .whole_report import whole_network_record, whole_network_report

    names: tuple[str, ...] = ()
    with _folder(chosen) as folder:

        def report(tuned: "FineTuned") -> None:
            nonlocal names
            names = _written(whole_network_report(tuned), folder) if folder else ()

        tuned = train_whole_network(chosen, prepared, report)
    if chosen.json:
        print_json(whole_network_record(tuned))
    write_whole_network(tuned, prepared.options, chosen.out, names, table=not chosen.json)
    return SOME_LEFT_OUT if leaves_out(tuned) else ALL_GOOD


def _options(chosen: argparse.Namespace) -> "AdaptOptions":
    from ..adapting.target_choice import TargetOptions
    from .adapt_options import AdaptOptions

    classes = tuple(each.strip() for each in (chosen.classes or "").split(",") if each.strip())
    target = TargetOptions(chosen.target, chosen.kind, classes, chosen.unit, chosen.output)
    return AdaptOptions(
        chosen.estimator,
        chosen.name,
        target,
        trials=_trials(chosen),
        curve=chosen.curve,
        reach=chosen.reach,
        augment=chosen.augment,
        seed=chosen.seed,
        one_photograph_per_person=chosen.one_photograph_per_person,
        allow_grey=chosen.allow_grey,
        device=chosen.device,
        workers=chosen.workers,
        replace=chosen.replace,
        keep=chosen.embeddings,
    )


def _trials(chosen: argparse.Namespace) -> int:
    from .adapt_options import TRIALS

    if chosen.trials is not None:
        return int(chosen.trials)
    return 1 if chosen.whole_network else TRIALS


@contextmanager
def _folder(chosen: argparse.Namespace) -> Iterator[Path | None]:
    """Give the folder of the report, if there is to be one."""
    from gantei.evaluation.report_folder import report_folder

    from .before_adapting import COMMAND

    if chosen.out is None:
        yield None
        return
    with report_folder(
        chosen.out, overwrite=chosen.overwrite, results="none", command=COMMAND
    ) as folder:
        yield folder


def _learnt(prepared: "PreparedAdapting") -> "AdaptedEstimator":
    from gantei.terminal.progress import progress

    from ..adapting.changed_copies import COPIES
    from .adapted import embedded, learn, learning_steps

    copies = 1 + COPIES * prepared.options.augment
    with progress(len(prepared.labelled) * copies, "photograph") as bar:
        found = embedded(prepared, bar.update)
    with progress(learning_steps(prepared.options), "trial") as bar:
        return learn(prepared, found, bar.update)


def _written(report: "StudyReport", folder: Path) -> tuple[str, ...]:
    from gantei.pages.report_files import write_study_report

    return write_study_report(report, folder)
