"""When averages of whole networks may leave: from how many people, photographs and steps.

The change of a network in one step is a gradient, from which photographs can be reconstructed where
it is of few: one (Zhu et al. 2019, arXiv:1906.08935), up to 48 at once (Yin et al. 2021,
arXiv:2104.07586), up to 100 small ones of which some were recognised (Geiping et al. 2020,
arXiv:2003.14053), and over several local epochs of 50 small ones (Dimitrov et al. 2022,
arXiv:2206.12395). Only the sum over all sites is known, and any one site can take out its own. So
what is left must be of more people than any of these, of photographs with more pixels than numbers
leave in all rounds, and of several steps at each site. That is a distance from what was tried, and
no proof: pixels of photographs depend on each other.
"""

from collections.abc import Sequence

from gantei.errors import SettingError

from .evaluation_rounds import FEWEST_OTHERS
from .masking import FEWEST_MASKED_SITES
from .may_leave import least_others
from .network_settings import NetworkSettings

FEWEST_LEARNT_FROM = 20
"""People of a site that its network learns from; a fourth as many more are kept aside."""
FEWEST_STEPS = 4
"""Of a site between two averages: after one, its weights would tell its gradient."""
_CHANNELS = 3


def check_network_may_leave(
    settings: NetworkSettings, people: Sequence[int], photographs: Sequence[int]
) -> None:
    """See that averages of the sites' networks may leave.

    Args:
        settings: of the training.
        people: that each site learns from, as it says itself.
        photographs: of them.

    Raises:
        SettingError: too few sites, people, photographs or steps; says what is needed.
    """
    if len(people) < FEWEST_MASKED_SITES:
        raise SettingError(f"{len(people)} sites; at least {FEWEST_MASKED_SITES} take part")
    check_people(min(people))
    if (others := least_others(people)) < FEWEST_OTHERS:
        raise SettingError(
            f"all sites but the largest learn from {others} people; for a whole network they need "
            f"{FEWEST_OTHERS} at least, because the largest can subtract its own weights"
        )
    if (most := rounds_that_may_leave(settings, photographs)) < settings.rounds:
        raise SettingError(
            f"{settings.rounds} rounds of {settings.weights:,} weights are more numbers than the "
            f"pixels of the {least_others(photographs)} photographs of all sites but the largest; "
            + (
                f"at most {most} are averaged: start anew with --rounds {most}, or with more people"
                if most
                else "more people are needed, or a smaller network; a head alone takes fewer"
            )
        )
    if (steps := fewest_steps(settings, min(photographs))) < FEWEST_STEPS:
        raise SettingError(
            f"a site trains {steps} step(s) between two averages, with {min(photographs)} "
            f"photographs and {settings.batch} per step; at least {FEWEST_STEPS} are needed, since "
            "few tell the gradient: start anew with a smaller --batch or more --epochs-per-round"
        )


def check_people(people: int) -> None:
    """See that a site has enough people whom a whole network learns from.

    Raises:
        SettingError: it has fewer.
    """
    if people < FEWEST_LEARNT_FROM:
        raise SettingError(
            f"a site learns from {people} people; for a whole network each needs "
            f"{FEWEST_LEARNT_FROM}, and a fourth as many more, who are kept aside"
        )


def rounds_that_may_leave(settings: NetworkSettings, photographs: Sequence[int]) -> int:
    """Give how many averages may be made: together fewer numbers than photographs have pixels.

    Pixels are those that the network takes, three numbers each, of all sites but the largest. It
    is the rule of `may_leave.numbers_that_may_leave`, of photographs instead of embeddings: fewer
    numbers than are unknown do not determine them.

    >>> from gantei_export.federating.network_settings import NetworkSettings
    >>> from gantei_export.federating.network_may_leave import rounds_that_may_leave
    >>> mobilenet = NetworkSettings(
    ...     file_sha256="ab" * 32, weights=3_200_000, size=(224, 224), rounds=10, epochs=1,
    ...     rate=1e-4, batch=16, augment=True,
    ... )
    >>> rounds_that_may_leave(mobilenet, [300, 150, 150])
    14
    """
    height, width = settings.size
    return least_others(photographs) * height * width * _CHANNELS // settings.weights


def fewest_steps(settings: NetworkSettings, photographs: int) -> int:
    """Give how many steps a site of so many photographs takes between two averages."""
    return -(-photographs // settings.batch) * settings.epochs
