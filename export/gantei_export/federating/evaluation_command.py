"""`gantei federate evaluate` and `report`: how good an estimator is at several hospitals."""

import argparse
import sys
from pathlib import Path

from gantei.commands.options import add_json, print_json, share, whole_number
from gantei.terminal.text_table import visible

from .federate_options import add_key, add_out, add_trust, signing_key


def register_evaluate(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action that starts an evaluation."""
    evaluate = actions.add_parser(
        "evaluate",
        help="evaluate and calibrate an estimator at several sites (the coordinator)",
        description="Write round 0 of an evaluation: which estimator is compared with the labels "
        "of all sites. They answer with gantei federate site, as where something is learnt.",
    )
    evaluate.add_argument(
        "--with",
        dest="name",
        metavar="NAME",
        required=True,
        help="the installed estimator, of a number or of two classes; every site needs the same",
    )
    evaluate.add_argument(
        "--sites",
        type=whole_number,
        default=3,
        metavar="N",
        help="how many sites take part, 3 or more, default: 3",
    )
    add_key(evaluate)
    add_out(evaluate, "round-0")
    evaluate.set_defaults(run=_evaluate)


def register_report(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action that reads the last round."""
    report = actions.add_parser(
        "report",
        help="print what an evaluation found, and keep its calibration (every site)",
        description="Print figures of all sites' people together from the last round of an "
        "evaluation, and the calibration that they make.",
    )
    report.add_argument("round", metavar="ROUND", type=Path, help="the folder of the last round")
    report.add_argument(
        "--calibrate",
        metavar="SITE",
        help="keep the calibration under this name, for gantei predict --calibration SITE",
    )
    report.add_argument(
        "--level",
        type=share,
        default=0.9,
        metavar="P",
        help="share of people that an interval of a number is to cover, default: 0.9",
    )
    report.add_argument(
        "--with",
        dest="name",
        metavar="NAME",
        help="the estimator of the plan, where it is installed by another name here",
    )
    report.add_argument(
        "--replace", action="store_true", help="take the place of an earlier calibration of SITE"
    )
    add_trust(report, "the coordinator and all sites")
    add_json(report)
    report.set_defaults(run=_report)


def _evaluate(chosen: argparse.Namespace) -> int:
    from .starting_evaluation import start_evaluation

    made = start_evaluation(chosen.name, chosen.sites, signing_key(chosen), chosen.out)
    plan = made.plan
    sys.stdout.write(
        f"{chosen.out}: federation {plan.federation[:8]}…, evaluation of {plan.target.output} from "
        f"{plan.estimator}, {plan.sites} sites\n"
        "Send it to every site, which answers with: gantei federate site "
        f"{chosen.out.name} PHOTOGRAPHS --labels FILE …\n"
    )
    return 0


def _report(chosen: argparse.Namespace) -> int:
    from gantei.statistics.study_extra import require_study_extra

    from .evaluation_report import (
        federated_report,
        report_json,
        report_text,
        save_federated_calibration,
    )
    from .round_checks import read_round
    from .trusted_parties import parties

    require_study_extra("federate report")
    keys = parties(chosen.trust)
    report = federated_report(read_round(chosen.round, keys), keys, chosen.level)
    saved = None
    if chosen.calibrate is not None:
        saved = save_federated_calibration(
            report, chosen.calibrate, name=chosen.name, replace=chosen.replace
        )
    if chosen.json:
        print_json(report_json(report))
        return 0
    text = report_text(report)
    if saved is not None:
        text += (
            f"Kept. Use it: gantei predict --calibration {saved.site} --with {saved.estimator} "
            "PHOTOGRAPHS\n"
        )
    sys.stdout.write(visible(text))
    return 0
