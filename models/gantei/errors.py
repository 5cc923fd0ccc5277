"""Every error that gantei raises on purpose: what happened, where, and what to do instead.

All are `GanteiError`, most by way of a middle class: `EstimatorError` of an estimator,
`PhotographError` of a photograph, `RemoteError` of other machines. Each is also the built-in error
that it resembles.
"""

from typing import Any, ClassVar

from .findings.finding import Finding
from .findings.wording import Language, joined


class GanteiError(Exception):
    """The base of all errors raised on purpose; its message is meant for people.

    Attributes:
        finding: what is wrong, as a code with values; None where the class says it all.
        source: what the photograph that it is about is called; empty where it is about none.

    >>> try:
    ...     gantei.load("demo-ages")
    ... except gantei.GanteiError as error:
    ...     print(error.code, "-", str(error)[:29])
    unknown-estimator - unknown estimator 'demo-ages'
    """

    kind: ClassVar[str] = "error"
    """The code of errors of this class that have no finding of their own."""

    def __init__(self, what: str | Finding, source: str = "") -> None:
        self.finding = what if isinstance(what, Finding) else None
        self.source = source
        super().__init__(self._words("en") if isinstance(what, Finding) else what)

    def __str__(self) -> str:  # the source may be known only where the photograph was opened
        return self.worded()

    @property
    def code(self) -> str:
        """What it is, in a word that a program can compare."""
        return self.finding.code if self.finding else self.kind

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Its finding, as predictions give theirs."""
        return (self.finding,) if self.finding else ()

    def worded(self, language: Language = "en", *, source: str | None = None) -> str:
        """Say what is wrong, with advice; in English where it has no finding.

        `source` takes the place of the photograph's name, if it is about a photograph.
        """
        name = source if self.source and source is not None else self.source
        return ": ".join(filter(None, (name, self._words(language))))

    def _words(self, language: Language) -> str:
        if self.finding is None:
            return super().__str__()
        return joined((self.finding.text(language), self.finding.advice(language)), language)


class EstimatorError(GanteiError):
    """Something about an estimator that keeps it from being opened, changed or used.

    >>> try:
    ...     gantei.load("joir-sex-mobilenet")
    ... except gantei.EstimatorError as error:
    ...     print(type(error).__name__, isinstance(error, FileNotFoundError))
    NotInstalledError True
    """

    kind = "estimator"


class ManifestError(EstimatorError, ValueError):
    """A manifest that breaks the schema; names file, table, key and what is known."""

    kind = "manifest"


class UnknownEstimatorError(EstimatorError, LookupError):
    """A name that neither the catalogue nor the store holds."""

    kind = "unknown-estimator"


class NotInstalledError(EstimatorError, FileNotFoundError):
    """An estimator whose weights are not on this machine yet."""

    kind = "not-installed"


class AlreadyInstalledError(EstimatorError, FileExistsError):
    """An estimator that is in the way of another of its name."""

    kind = "already-installed"


class UnsettledError(EstimatorError, ValueError):
    """An estimator with an unknown fact that would change its numbers."""

    kind = "unsettled"


class WeightsError(EstimatorError, ValueError):
    """Weights that are not the ones the manifest describes."""

    kind = "weights"


class CalibrationError(EstimatorError, ValueError):
    """A calibration that is not there, cannot be understood, or is of other weights."""

    kind = "calibration"


class SignatureError(EstimatorError, ValueError):
    """A folder that is unsigned, signed by an untrusted key, or changed since it was signed."""

    kind = "signature"


class ExplanationError(EstimatorError, LookupError):
    """A map or an embedding requested from an estimator whose network has none."""

    kind = "no-explanation"

    finding: Finding

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)


class ConversionError(EstimatorError, ValueError):
    """A weights file that cannot become an estimator."""

    kind = "conversion"


class InferenceError(GanteiError, RuntimeError):
    """A network that could not be run, for example for lack of memory."""

    kind = "inference-failed"


class DeviceError(GanteiError, RuntimeError):
    """A requested device that the session did not get."""

    kind = "device"


class PhotographError(GanteiError, ValueError):
    """A picture that cannot be read, or that the estimators must not see.

    Attributes:
        source: what the photograph is called: its path, `<bytes>`, `<image>`, `<array>`.
        sha256: of its file, where there was one to read.
        version: that of the bytes that were read, where the place of its file has versions.

    >>> import numpy as np
    >>> try:
    ...     gantei.load("demo-age").predict(np.zeros((300, 300, 3), np.uint8))
    ... except gantei.PhotographError as error:
    ...     print(error.source, error.code)
    <array> black-picture
    """

    kind = "photograph"

    finding: Finding

    def __init__(self, finding: Finding, source: str = "", sha256: str | None = None) -> None:
        self.sha256 = sha256
        self.version: str | None = None
        super().__init__(finding, source)

    def __reduce__(self) -> tuple[Any, ...]:
        state = {"version": self.version}
        return type(self), (self.finding, self.source, self.sha256), state


class SettingError(GanteiError, ValueError):
    """A name, task or fact that was given and makes no sense."""

    kind = "setting"


class OutputError(GanteiError, OSError):
    """A table that cannot be written without losing something."""

    kind = "output"


class RemoteError(GanteiError):
    """A request to another machine that failed, or that must not be made.

    >>> try:
    ...     gantei.Client("http://127.0.0.1:1", patience=0).estimators()
    ... except gantei.RemoteError as error:
    ...     print(error.code)
    transfer
    """

    kind = "remote"


class OfflineError(RemoteError, RuntimeError):
    """Something that needs a connection, while `GANTEI_OFFLINE` is set."""

    kind = "offline"


class TransferError(RemoteError, OSError):
    """A download, an upload or a request to a server that failed; says what to do by hand."""

    kind = "transfer"


class MissingExtraError(GanteiError, ImportError):
    """An optional dependency that is not installed; names the command that installs it."""

    kind = "missing-extra"


class TelemetryWarning(UserWarning):
    """ONNX Runtime was imported before gantei, and has begun to report to its maker."""


def drop_tracebacks(error: BaseException) -> None:
    """Drop the tracebacks of a stored error: their frames keep decoded photographs in memory."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
