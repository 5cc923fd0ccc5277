"""What to do where an estimator's publisher gives its weights on a page, to people.

No address of a file is guessed: none is published that gantei could know, and what a page links to
is for its reader to see, with the terms beside it.
"""

from ..manifests.manifest import Manifest
from ..terminal.text_table import text_table


def how_to_get(manifest: Manifest) -> str:
    """Say where the weights are, under which terms, and the command that installs them."""
    source = manifest.source
    rows = [
        ("page", source.page),
        ("download", f"the {manifest.task} estimator, {manifest.architecture}, as the page has it"),
        ("file", source.original_file),
        ("sha256", source.original_sha256),
        ("terms", source.terms),
        ("redistribution", source.redistribution),
        ("acknowledgement", source.acknowledgement),
    ]
    return (
        f"{manifest.name} comes from its publisher, not with gantei.\n\n"
        f"{text_table(('WHAT', 'AS ITS PUBLISHER SAYS'), rows)}\n\n"
        "Download it in a browser, read the terms there, then run:\n\n"
        f"    gantei import {manifest.name} FILE\n\n"
        f"Where somebody you trust gives the converted folder: gantei pull {manifest.name} --from "
        "SOURCE"
    )
