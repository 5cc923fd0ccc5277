"""`gantei federate site`: the one command that a site runs, in every round."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gantei.commands.evaluate_options import add_labels, pairs_of
from gantei.commands.options import add_device, whole_number
from gantei.commands.photograph_options import add_persons, add_photographs, listing_of
from gantei.terminal.text_table import visible

from .federate_options import add_key, add_out, add_trust, signing_key
from .network_options import add_weights, refuse_weights

if TYPE_CHECKING:
    from ..adapting.labelled_photographs import LabelledPhotographs
    from .message_records import FederationPlan
    from .site_data import SiteData
    from .site_training import SiteTraining

SOME_LEFT_OUT = 1


def register(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action."""
    site = actions.add_parser(
        "site",
        help="answer a round with your photographs, which stay here (every site)",
        description="Answer a round: round 0 with the number of people and a public key for masks, "
        "every later one with masked sums over your photographs. Only the folder --out leaves, and "
        "standard output lists all that is in it. Give the same photographs and labels in every "
        "round; they are embedded once. Where a whole network is trained, the later rounds train "
        "it here.",
        epilog="Exit code: 0 all photographs took part, 1 some were left out, 2 nothing was "
        "written.",
    )
    site.add_argument("round", metavar="ROUND", type=Path, help="the folder of the round")
    add_photographs(site, can_be_anonymous=False)
    add_persons(site)
    site.add_argument(
        "--one-photograph-per-person",
        action="store_true",
        help="state that no two photographs are of the same person",
    )
    add_labels(site)
    site.add_argument(
        "--target",
        metavar="COLUMN",
        help="the column of your labels to learn, default: the one with the name that the "
        "coordinator gave the output",
    )
    site.add_argument(
        "--with",
        dest="name",
        metavar="NAME",
        help="the estimator that the federation starts from, if it has another name here",
    )
    site.add_argument(
        "--although-again",
        action="store_true",
        help="take part although some of these photographs took part in another federation with "
        "other photographs, labels or sites: the two totals together tell something of the people "
        "who are in only one",
    )
    site.add_argument(
        "--left-out",
        metavar="FILE",
        type=Path,
        help="list the photographs that are left out, and why, in this CSV file; it holds names, "
        "so keep it here",
    )
    add_weights(site, "where a whole network is trained: ")
    add_key(site)
    add_trust(site, "the coordinator and of all other sites")
    add_out(site, "site-a-0")
    add_device(site)
    site.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="photographs to decode at once, default: cores",
    )
    site.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from .federation_files import refuse_existing
    from .round_checks import read_round
    from .round_steps import FINAL_STEP
    from .site import FederationSite, answer_round
    from .site_texts import what_leaves, without_part
    from .trusted_parties import parties

    refuse_existing(chosen.out)
    keys = parties(chosen.trust)
    message = read_round(chosen.round, keys)
    plan = message.record.plan
    refuse_weights(chosen.weights, plan)
    _check_estimator(chosen, plan)
    if message.record.step == FINAL_STEP:
        sys.stderr.write(
            f"{chosen.round}: is the last round; "
            + (
                "read what was found with gantei federate report\n"
                if plan.purpose == "evaluation"
                else "install what was learnt with gantei federate install\n"
            )
        )
        return 2
    left_out: list[int] = []

    def data_of(folder: Path, known: str | None) -> "SiteData":
        data = _data(chosen, plan, folder, known)
        left_out.append(len(data.exclusions))
        return data

    answered = answer_round(
        message,
        FederationSite(signing_key(chosen), keys, chosen.although_again, _training(chosen, plan)),
        data_of,
        chosen.out,
    )
    sys.stdout.write(visible(what_leaves(answered) + without_part(answered, keys, plan)))
    return SOME_LEFT_OUT if any(left_out) else 0


def _check_estimator(chosen: argparse.Namespace, plan: "FederationPlan") -> None:
    """See that the estimator here is that of the plan."""
    from ..adapting.checking_base import check_base
    from .evaluated_estimates import evaluated_estimator
    from .federation_errors import FederationError
    from .starting_evaluation import facts_digest

    look_up = evaluated_estimator if plan.purpose == "evaluation" else check_base
    entry, weights = look_up(chosen.name or plan.estimator)
    if weights.sha256 != plan.weights_sha256:
        raise FederationError(
            f"{chosen.round}: is to be answered with {plan.estimator} of weights "
            f"{plan.weights_sha256[:16]}…, and {entry.name} here has {weights.sha256[:16]}…: "
            "another estimator. Install the same one from its publisher, or name it by --with"
        )
    if plan.facts_sha256 not in (None, facts_digest(entry.manifest)):
        raise FederationError(
            f"{chosen.round}: is to be answered with {plan.estimator} as the coordinator has it; "
            "a fact that changes its numbers is another here: compare what gantei show "
            f"{entry.name} says"
        )


def _data(
    chosen: argparse.Namespace, plan: "FederationPlan", folder: Path, known: str | None
) -> "SiteData":
    from gantei.estimator.estimator import load
    from gantei.terminal.progress import progress

    from .site_data import site_data
    from .site_texts import list_left_out, say_left_out

    labelled = _labelled(chosen, plan)
    with progress(len(labelled), "photograph") as bar:
        data = site_data(
            labelled,
            plan,
            lambda: load(chosen.name or plan.estimator, device=chosen.device),
            folder,
            known,
            allow_grey=chosen.allow_grey,
            workers=chosen.workers,
            advance=bar.update,
        )
    say_left_out(data)
    if chosen.left_out:
        list_left_out(data, chosen.left_out)
    return data


def _training(chosen: argparse.Namespace, plan: "FederationPlan") -> "SiteTraining | None":
    """Tell how this site trains; None where the plan asks for no training, or no file was given."""
    if chosen.weights is None or plan.network is None:
        return None
    from .site_texts import SiteProgress
    from .site_training import SiteTraining

    return SiteTraining(
        chosen.name or plan.estimator,
        chosen.weights,
        SiteProgress(),
        chosen.device,
        allow_grey=chosen.allow_grey,
        workers=chosen.workers,
    )


def _labelled(chosen: argparse.Namespace, plan: "FederationPlan") -> "LabelledPhotographs":
    """Join the photographs with the labels of what the plan is to learn."""
    from gantei.labels.label_table import LabelOptions, read_labels

    from ..adapting.labelled_photographs import read_labelled
    from ..adapting.target_choice import options_for

    options = LabelOptions(
        chosen.labels,
        person=chosen.person,
        age=chosen.age,
        sex=chosen.sex,
        visit=chosen.visit,
        labels=pairs_of("--label", chosen.label),
        sex_coding=chosen.sex_coding,
        encoding=chosen.encoding,
        photograph=chosen.photograph,
    )
    planned = plan.target.learning_target()
    target, options = options_for(planned, chosen.target or planned.output, options)
    return read_labelled(
        listing_of(chosen),
        read_labels(options),
        target,
        base=plan.estimator,
        one_photograph_per_person=chosen.one_photograph_per_person,
    )
