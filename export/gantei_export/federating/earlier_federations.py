"""Whether a site's photographs took part in another federation, with whose total this one differs.

Of two totals, one with and one without some people, the difference is of those people alone. So the
same photographs take part again only with the same photographs, labels and sites, or if the site
says that it knows. A whole network keeps people aside: a head is learnt from all, and with another
seed others are kept aside, so that these totals differ by a fifth of the people.
"""

from collections.abc import Mapping
from pathlib import Path

from gantei.errors import SettingError
from gantei.system.files import atomic_write, read_bounded

from .federation_errors import FederationError
from .site_data import SiteData
from .site_state import federations_folder, read_state

PHOTOGRAPHS_FILE = "photographs"
OPTION = "--although-again"
_DIGEST = 32
_LARGEST = 1 << 30
_OWNER_ONLY = 0o600


def keep_photographs(folder: Path, digests: frozenset[bytes]) -> None:
    """Keep the digests of a site's photographs, in the folder of its state.

    Raises:
        OutputError: they cannot be written.
    """
    with atomic_write(folder / PHOTOGRAPHS_FILE, mode=_OWNER_ONLY) as file:
        file.write(b"".join(sorted(digests)))


def refuse_again(folder: Path, data: SiteData, output: str, roster: Mapping[str, str]) -> None:
    """See that no photograph took part in another federation with others, or with other sites.

    Args:
        folder: of this federation's state.
        data: what the site takes part with.
        output: what is learnt.
        roster: who takes part, by the id of each key; empty: not known yet.

    Raises:
        SettingError: one did; says in how many other federations.
    """
    others = [
        each.parent
        for each in sorted(federations_folder().glob(f"*/*/{PHOTOGRAPHS_FILE}"))
        if each.parent != folder and _differs(each, data, output, roster)
    ]
    if others:
        raise SettingError(
            f"some of these photographs took part in {len(others)} other federation(s) on this "
            f"machine ({', '.join(each.parent.name[:8] for each in others[:5])}…), with other "
            "photographs, labels or sites, or with others of them kept aside (for a whole network "
            "a fifth of the people, chosen by target and seed; for a head nobody). Whoever has "
            "both totals can subtract them, which leaves the sums of the people who are in only "
            "one. Give the same photographs and labels as then, with the same sites; or, where "
            f"many people differ, add {OPTION}"
        )


def _differs(file: Path, data: SiteData, output: str, roster: Mapping[str, str]) -> bool:
    state = read_state(file.parent)
    if state is None or state.last is None or state.last.round == 0:
        return False  # it has joined at most: there is no total yet, and this is asked again then
    content = read_bounded(file, _LARGEST, FederationError)
    known = {content[at : at + _DIGEST] for at in range(0, len(content), _DIGEST)}
    if known.isdisjoint(data.photographs):
        return False
    other_labels = state.output == output and state.data != data.digest
    other_learnt = None not in (state.learnt, data.learnt) and state.learnt != data.learnt
    other_sites = bool(roster and state.roster) and state.roster.keys() != roster.keys()
    return known != data.photographs or other_labels or other_learnt or other_sites
