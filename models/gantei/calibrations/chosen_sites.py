"""Which calibration each of several estimators takes, as `--calibration` says it."""

import re
from collections.abc import Sequence

from ..errors import SettingError
from ..manifests.fields import NAME


def chosen_sites(given: Sequence[str], estimators: Sequence[str]) -> dict[str, str]:
    """Give each estimator's site or path; those without one are left out.

    Args:
        given: `SITE`, or a path, for all estimators; `NAME=SITE` for one of them, which counts
            before the other.
        estimators: the names of all of them.

    Raises:
        SettingError: two for the same estimators, an estimator that is not among them, or one that
            says nothing.

    >>> from gantei.calibrations.chosen_sites import chosen_sites
    >>> chosen_sites(["clinic", "demo-sex=ward-3"], ["demo-age", "demo-sex"])
    {'demo-age': 'clinic', 'demo-sex': 'ward-3'}
    """
    of_all: list[str] = []
    of_one: dict[str, str] = {}
    for text in given:
        name, mark, site = text.partition("=")
        if not mark or not re.fullmatch(NAME, name):
            of_all.append(text)
        elif name not in estimators:
            raise SettingError(
                f"--calibration {text}: {name} is not among the estimators: {', '.join(estimators)}"
            )
        elif name in of_one:
            raise SettingError(f"--calibration {text}: {name} has {of_one[name]!r} already")
        else:
            of_one[name] = site
    if len(of_all) > 1:
        raise SettingError(
            f"--calibration {of_all[0]} and {of_all[1]} are both for all estimators: say "
            "NAME=SITE for one of them"
        )
    if "" in (*of_all, *of_one.values()):
        raise SettingError("--calibration names no site: SITE for all estimators, or NAME=SITE")
    sites = dict.fromkeys(estimators, of_all[0]) if of_all else {}
    return {name: (sites | of_one)[name] for name in estimators if name in sites | of_one}
