"""`gantei federate`: several hospitals learn one estimator together, by passing signed files."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.commands.options import add_json, print_json, whole_number
from gantei.terminal.text_table import visible

from . import evaluation_command, site_command
from .combined_text import combined_text, started_text
from .federate_options import add_key, add_out, add_trust, signing_key
from .network_options import add_network, add_weights, network_words, refuse_weights

if TYPE_CHECKING:
    from .combining import Combined

ANOTHER_ROUND = 1


def register(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    """Add the subcommand and its actions; give where other actions are added."""
    federate = commands.add_parser(
        "federate",
        help="learn one estimator together with other hospitals, without moving photographs",
        description="Learn a new head for an estimator, or train a whole network, together with "
        "other hospitals, by passing signed folders of files: no photograph, name or row of a "
        "table leaves a site; sums over people leave masked, so that only the total of all sites "
        "becomes known. docs/federate.md shows it step by step, and lists what leaves a site.",
    )
    actions = federate.add_subparsers(metavar="ACTION", required=True)
    _register_start(actions)
    evaluation_command.register_evaluate(actions)
    site_command.register(actions)
    _register_combine(actions)
    _register_restart(actions)
    _register_install(actions)
    evaluation_command.register_report(actions)
    return actions


def _register_start(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    start = actions.add_parser(
        "start",
        help="say what is to be learnt, and ask the sites to join (the coordinator)",
        description="Write round 0: what is to be learnt, from which estimator, with which "
        "settings. It goes to every site.",
    )
    start.add_argument(
        "--with",
        dest="name",
        metavar="NAME",
        required=True,
        help="the installed estimator to start from; every site needs the same one",
    )
    start.add_argument(
        "--target",
        metavar="OUTPUT",
        required=True,
        help="what to learn, which names the new output: age, sex, eye, or any other name",
    )
    start.add_argument(
        "--classes",
        metavar="A,B",
        help="the classes as the labels name them, of two the negative one first; needed unless "
        "the target is sex (female,male), eye (left,right) or a number",
    )
    start.add_argument(
        "--unit",
        metavar="UNIT",
        help="unit of a number, such as mmHg; needed unless it is age (years)",
    )
    _add_settings(start)
    add_network(start)
    add_key(start)
    add_out(start, "round-0")
    start.set_defaults(run=_start)


def _add_settings(start: argparse.ArgumentParser) -> None:
    start.add_argument(
        "--sites",
        type=whole_number,
        default=3,
        metavar="N",
        help="how many sites take part, 3 or more, default: 3",
    )
    start.add_argument(
        "--project",
        type=whole_number,
        metavar="WIDTH",
        help="project embeddings to at most this many numbers first, by a random projection from "
        "the seed; default: as many as the number of people allows",
    )
    start.add_argument(
        "--penalties",
        dest="strengths",
        metavar="A,B",
        help="penalties of the head to choose from by cross-validation over people, default: seven "
        "from 10 to 10000; a single one is used as it is, and takes fewer people",
    )
    start.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of the folds and of the projection, default: 0",
    )


def _register_combine(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    combine = actions.add_parser(
        "combine",
        help="add up the answers of all sites, and write the next round (the coordinator)",
        description="Check the answers of all sites to one round, add them up, and write the next "
        "round. Repeat until it says that it has converged, or is complete: the last round holds "
        "what was learnt.",
        epilog="Exit code: 0 it is the last round, 1 every site is to answer the round that was "
        "written, 2 nothing was written.",
    )
    combine.add_argument(
        "answers", metavar="FOLDER", nargs="+", type=Path, help="the answer of each site"
    )
    add_key(combine)
    add_trust(combine, "all sites, and of nobody else")
    add_out(combine, "round-1")
    add_json(combine)
    combine.set_defaults(run=_combine)


def _register_restart(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    restart = actions.add_parser(
        "restart",
        help="send a round again, with new masks, to all sites (the coordinator)",
        description="Write a round again, as its next attempt, because the answer of a site was "
        "lost. All sites answer again, with new masks; answers to the earlier attempt no longer "
        "count. A site that does not come back cannot be left out: start another federation.",
    )
    restart.add_argument("round", metavar="ROUND", type=Path, help="the folder of the round")
    add_key(restart)
    add_out(restart, "round-1-again")
    restart.set_defaults(run=_restart)


def _register_install(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    install = actions.add_parser(
        "install",
        help="install what was learnt, from the last round (every site)",
        description="Put the head of the last round onto the network of the estimator that the "
        "federation started from, or its weights in the place of those of the publisher's file, "
        "and install the result: the same estimator on every machine.",
    )
    install.add_argument("round", metavar="ROUND", type=Path, help="the folder of the last round")
    install.add_argument("--name", metavar="NEW", required=True, help="name of the new estimator")
    install.add_argument(
        "--with",
        dest="base",
        metavar="NAME",
        help="the estimator that the federation started from, if it has another name here",
    )
    install.add_argument(
        "--replace", action="store_true", help="take the place of an installed one of that name"
    )
    add_weights(install, "of a whole network: ")
    add_trust(install, "the coordinator and all sites")
    install.set_defaults(run=_install)


def _start(chosen: argparse.Namespace) -> int:
    from .starting import TargetWords, head_settings, planned_target, start
    from .starting_network import start_network

    classes = [each.strip() for each in chosen.classes.split(",")] if chosen.classes else []
    target = planned_target(TargetWords(chosen.target, classes, chosen.unit or ""))
    settings = head_settings(chosen.seed, chosen.project, chosen.strengths)
    network, key = network_words(chosen), signing_key(chosen)
    if network is None:
        made = start(chosen.name, target, settings, chosen.sites, key, chosen.out)
    else:
        made = start_network(chosen.name, network, target, settings, chosen.sites, key, chosen.out)
    sys.stdout.write(started_text(made, chosen.out))
    return 0


def _combine(chosen: argparse.Namespace) -> int:
    from .combining import combine
    from .trusted_parties import parties

    made = combine(chosen.answers, parties(chosen.trust), signing_key(chosen), chosen.out)
    if chosen.json:
        print_json(_as_json(made, chosen.out))
    else:
        sys.stdout.write(visible(combined_text(made, chosen.out)))
    return 0 if made.converged else ANOTHER_ROUND


def _as_json(made: "Combined", out: Path) -> dict[str, object]:
    record = made.record
    told: dict[str, object] = {
        "federation": record.plan.federation,
        "round": record.round,
        "attempt": record.attempt,
        "step": record.step,
        "converged": made.converged,
        "folder": str(out),
    }
    return {**told, "validation_losses": [*made.losses]} if record.plan.network else told


def _restart(chosen: argparse.Namespace) -> int:
    from .combining import restart

    record = restart(chosen.round, signing_key(chosen), chosen.out)
    sys.stdout.write(
        f"{chosen.out}: round {record.round}, attempt {record.attempt}. Send it to every site; all "
        "answer again\n"
    )
    return 0


def _install(chosen: argparse.Namespace) -> int:
    from .installing import install_federated
    from .round_checks import read_round
    from .trusted_parties import parties

    keys = parties(chosen.trust)
    message = read_round(chosen.round, keys)
    refuse_weights(chosen.weights, message.record.plan)
    entry = install_federated(
        message,
        keys,
        chosen.name,
        base=chosen.base,
        file=chosen.weights,
        replace=chosen.replace,
    )
    sys.stdout.write(f"{entry.name}: installed in {entry.folder}\n")
    return 0
