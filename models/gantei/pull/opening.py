"""Opening a source: the same for whoever pulls, whichever kind it is of."""

from contextlib import AbstractContextManager
from pathlib import Path

from .disk import disk_folder
from .hub import hub_folder
from .plain_address import addressed_folder
from .service import served_folder
from .source import EstimatorFolder, PullSource
from .source_kinds import kind_of_source

OPENERS = {
    "hub": hub_folder,
    "service": served_folder,
    "address": addressed_folder,
    "disk": disk_folder,
}


def open_source(source: PullSource, work: Path) -> AbstractContextManager[EstimatorFolder]:
    """Open the estimator's folder at a source; `work` is the folder for what must be unpacked.

    Raises:
        SettingError: the source is of no known kind.
        OfflineError: it is on another machine, and `GANTEI_OFFLINE` is set.
        TransferError: it cannot be reached, or does not have the estimator.
    """
    return OPENERS[kind_of_source(source.text)](source, work)
