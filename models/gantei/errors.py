"""Every error that gantei raises on purpose: what happened, where, and what to do instead."""


def without_frames(error: BaseException) -> None:
    """Let go of what the frames of an error that is kept hold: whole decoded photographs."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__


class GanteiError(Exception):
    """The base of all errors raised on purpose; its message is meant for people."""


class ManifestError(GanteiError, ValueError):
    """A manifest that breaks the schema; names file, table, key and what is known."""


class UnknownEstimatorError(GanteiError, LookupError):
    """A name that neither the catalogue nor the store holds."""


class NotInstalledError(GanteiError, FileNotFoundError):
    """An estimator whose weights are not on this machine yet."""


class InstalledError(GanteiError, FileExistsError):
    """An estimator that is in the way of another of its name."""


class SettingError(GanteiError, ValueError):
    """A name, task or fact that was given and makes no sense."""


class InferenceError(GanteiError, RuntimeError):
    """A network that could not be run, such as for want of memory."""


class UnsettledError(GanteiError, ValueError):
    """An estimator with an unknown fact that would change its numbers."""


class WeightsError(GanteiError, ValueError):
    """Weights that are not the ones the manifest describes."""


class ExplanationError(GanteiError, LookupError):
    """A map or an embedding that was asked of an estimator whose network has none."""


class DeviceError(GanteiError, RuntimeError):
    """A device that was asked for and that the session did not get."""


class PhotographError(GanteiError, ValueError):
    """A picture that cannot be read, or that the estimators must not see.

    `sha256` is that of the file, where there was one to read. `reason` is the message without the
    advice that only a caller of the library can follow.
    """

    sha256: str | None = None

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(f"{reason}; {advice}" if advice else reason)
        self.reason = reason


class ConversionError(GanteiError, ValueError):
    """A weights file that cannot become an estimator."""


class ResultsError(GanteiError, OSError):
    """A table that cannot be written without losing something."""


class OfflineError(GanteiError, RuntimeError):
    """Something that needs a connection, while `GANTEI_OFFLINE` is set."""


class TransferError(GanteiError, OSError):
    """A download, an upload or a request to a server that failed; says what to do by hand."""


class TelemetryWarning(UserWarning):
    """ONNX Runtime was imported before gantei, and has begun to report to its maker."""


class SignatureError(GanteiError, ValueError):
    """A folder that is not signed, or not by whom, or not as it is now."""


class MissingExtraError(GanteiError, ImportError):
    """An optional dependency that is not installed; names the command that installs it."""
