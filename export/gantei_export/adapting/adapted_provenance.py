"""What `provenance.json` of an adapted estimator keeps: its base's, and every adapting since.

What the base's file says of the network stays where it was, since the network stays: where it came
from, what converted it, what its first normalisation knew. `adapted` lists how it was adapted, the
first time first, so that an estimator that was adapted again keeps its ancestry.
"""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from gantei import __version__
from gantei.card.provenance import LARGEST_FILE
from gantei.catalogue.entries import Entry
from gantei.errors import ManifestError, SettingError
from gantei.estimator.folder_files import PROVENANCE
from gantei.manifests.tables import Adapted

from ..changing.change_estimator import provenance_in
from ..estimator_folder.folder_writing import COMPARED
from ..learning.learning_target import LearningTarget
from ..manifest_draft.user_claims import UserClaims
from .made_of import MadeOf

ADAPTED = "adapted"
MOST_TIMES = 20
"""How often in a row an estimator may be adapted."""
_OF_THE_BASE = ("changed", "verification", COMPARED)
"""What is true of the base alone; the new head was never compared with an original."""


def earlier_times(base: Entry) -> list[Any]:
    """Give what its provenance tells of each time that it was adapted, the first time first.

    Raises:
        SettingError: it was adapted too often to be a base.
        ManifestError: its provenance cannot be read, or tells something else there.
    """
    earlier = provenance_in(base.folder).get(ADAPTED, [])
    if not isinstance(earlier, list):
        raise ManifestError(f"{base.folder / PROVENANCE}: {ADAPTED} is no list; it is damaged")
    if len(earlier) >= MOST_TIMES:
        raise SettingError(
            f"{base.name} was adapted {len(earlier)} times already: adapt the estimator that it "
            "began with"
        )
    return earlier


def is_of_weights_file(base: Entry) -> bool:
    """Whether a base was made of a file of weights for this adapting alone, with a head of zeros.

    Raises:
        ManifestError: its provenance cannot be read.
    """
    provenance = provenance_in(base.folder)
    stated = UserClaims.from_dict(provenance.get("stated") or {})
    return stated.new_head and base.manifest.adapted is None


def adapted_provenance(
    base: Entry,
    adapted: Adapted,
    target: LearningTarget,
    made: MadeOf,
    checked: Mapping[str, Any],
) -> dict[str, Any]:
    """Give the provenance of an estimator with a new head.

    Args:
        base: whose network it has.
        adapted: the table of its manifest.
        target: what the new head estimates.
        made: how it was made.
        checked: how far the network's answers are from the head's.

    Raises:
        SettingError: it was adapted too often, or its base's provenance leaves no room.
        ManifestError: the base's provenance cannot be read.
    """
    earlier = earlier_times(base)
    kept = {key: told for key, told in provenance_in(base.folder).items() if key != ADAPTED}
    of_base = {key: kept.pop(key) for key in _OF_THE_BASE if key in kept}
    record = {
        "of": adapted.of,
        "of_sha256": adapted.of_sha256,
        **({"base": of_base} if any(of_base.values()) else {}),
        "output": target.output,
        "kind": target.kind,
        **({"classes": list(target.classes)} if target.classes else {}),
        **({"unit": target.unit} if target.unit else {}),
        **made.as_dict(),
        "checked": dict(checked),
        "made_with": {
            "gantei": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "onnx")},
        },
    }
    provenance = kept | {ADAPTED: [*earlier, record]}
    if len(json.dumps(provenance, indent=2)) > LARGEST_FILE:
        raise SettingError(
            f"{base.name}: its provenance.json would grow beyond {LARGEST_FILE:,} bytes"
        )
    return provenance
