"""Whether a calibration may be used here, by `GANTEI_TRUST`: as an estimator's folder is judged."""

import hashlib
from pathlib import Path

from ..findings.finding import Finding
from ..signing.admission import admit_folder
from ..signing.contents import Contents, contents


def admit_calibration(file: Path, content: bytes, estimator: str) -> tuple[Finding, ...]:
    """Judge the signature of a calibration that is about to be used.

    The key must be trusted for the estimator. The signature stands in the file's folder, as
    `gantei sign` writes it, and covers all that is in that folder.

    Args:
        file: the calibration's.
        content: the bytes of it that are used.
        estimator: the estimator's name.

    Returns:
        What every result must say about it, as `gantei.signing.admission.admit`.

    Raises:
        SignatureError: under `require`, the folder is not as a trusted key signed it.
        SettingError: `GANTEI_TRUST` or the trust file makes no sense.
        MissingExtraError: `cryptography` is not installed.
    """

    def listing() -> Contents:
        return contents(file.parent, {file.name: hashlib.sha256(content).hexdigest()})

    return admit_folder(file.parent, estimator, f"the calibration of {estimator}", listing)
