"""`gantei set`: what a publisher's file does not tell is stated of an installed estimator."""

import argparse
import sys


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    setting = commands.add_parser(
        "set",
        help="state facts of an installed estimator",
        description="State what the publisher's file does not tell, such as the photographs' size "
        "or scale, of an installed estimator; the file is not needed. A signed estimator is never "
        "changed, but a copy of it under another name. Golden values are computed anew.",
    )
    setting.add_argument("estimator", metavar="NAME", help="an installed estimator")
    setting.add_argument(
        "settings",
        metavar="FACT=VALUE",
        nargs="+",
        help="a fact, such as input.scale=-1..1 or output.positive=male",
    )
    setting.add_argument(
        "--because",
        metavar="TEXT",
        required=True,
        help="who said so, and where; kept in the manifest",
    )
    setting.add_argument("--name", metavar="NEW", help="change a copy of that name")
    setting.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from .change_estimator import check_extra

    check_extra()
    from gantei.catalogue.entries import find

    from ..manifest_draft.facts_text import facts_text, next_step
    from ..manifest_draft.user_settings import settings_of
    from .change_estimator import set_facts

    settings = settings_of(chosen.settings)
    before = {fact.key: fact for fact in find(chosen.estimator).manifest.facts()}
    entry = set_facts(chosen.estimator, settings, chosen.because, new_name=chosen.name)
    replaced = "".join(
        f"{fact.key} = {fact.text} takes the place of what its publisher says: "
        f"{before[fact.key].text}\n"
        for fact in entry.manifest.facts()
        if before[fact.key].basis.origin == "publisher" and fact.value != before[fact.key].value
    )
    sys.stdout.write(
        f"{entry.name}: changed in {entry.folder}\n\n{facts_text(entry.manifest)}\n\n"
        f"{replaced}{next_step(entry.manifest)}\n"
    )
    return 0
