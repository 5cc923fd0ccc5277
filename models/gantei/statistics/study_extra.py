"""The libraries of the extra `study`, asked for before any work that needs them later."""

from importlib.util import find_spec

from ..errors import MissingExtraError
from ..system.install_command import how_to_add

LIBRARIES = ("scipy", "sklearn", "matplotlib")
"""As they are imported; scikit-learn is `sklearn`."""


def require_study_extra(purpose: str) -> None:
    """Refuse to begin where a library of the extra is missing; nothing is imported.

    Args:
        purpose: what needs it, to begin the sentence, such as `gantei evaluate`.

    Raises:
        MissingExtraError: one is missing; names it and the command that installs it.
    """
    if missing := [name for name in LIBRARIES if find_spec(name) is None]:
        raise MissingExtraError(
            f"{purpose} needs {' and '.join(missing)}, not installed here: {how_to_add('study')}"
        )
