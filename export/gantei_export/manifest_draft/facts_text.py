"""What a command that made or changed an estimator says of it: its facts, and what comes next."""

from gantei.manifests.manifest import Manifest
from gantei.terminal.text_table import text_table

from .user_settings import expected


def facts_text(manifest: Manifest) -> str:
    """Lay out every fact with its basis, and say which are doubtful."""
    facts = [(each.key, each.text, each.basis.origin, each.basis.text) for each in manifest.facts()]
    return text_table(("FACT", "VALUE", "BASIS", "EVIDENCE"), facts)


def next_step(manifest: Manifest) -> str:
    """Say what is still to be settled, and by which command; else how to predict."""
    lines = [
        f"Doubtful: {each.key} = {each.text}: {each.basis.doubt}. Every result says so.\n"
        for each in manifest.doubtful()
    ]
    if unsettled := manifest.unsettled():
        rows = [(fact.key, expected(fact.key)) for fact in unsettled]
        lines += ["To be settled before it predicts:", text_table(("FACT", "EXPECTS"), rows), ""]
        lines += [
            "Find out on about 100 people with known age or sex:",
            f"gantei settle {manifest.name} PHOTOGRAPHS --labels labels.csv",
            "or state it:",
            manifest.settling_command(),
        ]
    else:
        lines.append(f"Ready: gantei predict DIR --with {manifest.name} --out results.csv")
    return "\n".join(lines)
