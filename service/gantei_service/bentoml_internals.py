"""What is used of BentoML that it does not promise to keep: all of it is in this file.

Tried with BentoML 1.4.30 and 1.4.39. Another version that has something in another place is
refused, rather than served in another way than was meant.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version

from gantei.errors import SettingError


def stop_reports() -> None:
    """Have BentoML see that it is to report nothing of its use.

    Its own command has asked the environment, and remembers the answer, before it imports what it
    serves.

    Raises:
        SettingError: it would report, or cannot be asked.
    """
    with _known("whether it reports its use"):
        reports = import_module("bentoml._internal.utils.analytics.usage_stats")
        reports.do_not_track.cache_clear()
        if reports.do_not_track() is not True:
            raise AttributeError


def workers_of(service: str) -> int | str:
    """Tell how many processes BentoML's configuration gives a service.

    Raises:
        SettingError: it cannot be asked.
    """
    with _known("how many workers it starts"):
        containers = import_module("bentoml._internal.configuration.containers")
        workers: int | str = containers.BentoMLContainer.config.services[service].workers.get()
        return workers


@contextmanager
def _known(what: str) -> Iterator[None]:
    try:
        yield
    except (ModuleNotFoundError, AttributeError, LookupError) as error:
        raise SettingError(
            f"BentoML {version('bentoml')} does not say {what} as 1.4.30 to 1.4.39 do, with which "
            "gantei was tried: install one of those (pip install bentoml==1.4.39)"
        ) from error
