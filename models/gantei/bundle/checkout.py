"""Where the files stand that a bundle takes from gantei itself: in a checkout, or the package."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from ..errors import NotInstalledError

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parents[1]
CARRIED = Path(__file__).parent / "carried"
"""What goes into every bundle as it is, or with its blanks filled."""


def is_checkout() -> bool:
    """Whether gantei runs from its sources, not from an installed wheel."""
    return (CHECKOUT / "pyproject.toml").is_file() and PACKAGE.parent.name == "models"


def requirements_file(*, gpu: bool) -> Path:
    """Find the list of exact versions.

    Raises:
        NotInstalledError: this gantei is neither a checkout nor installed from a wheel.
    """
    name = "service-gpu.txt" if gpu else "service.txt"
    return _found(f"requirements/{name}", name)


def deployment_folder() -> Path:
    """Find the examples of how a service is run: a container, Kubernetes, systemd.

    Raises:
        NotInstalledError: as `requirements_file`.
    """
    return _found("docs/deployment", "deployment")


def _found(in_checkout: str, in_metadata: str) -> Path:
    """pyproject.toml copies the one to the other when a wheel is built."""
    if is_checkout():
        return CHECKOUT / in_checkout
    try:
        files = distribution("gantei").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "METADATA":
            found = Path(str(file.locate())).parent / "extra_metadata" / in_metadata
            if found.exists():
                return found
    raise NotInstalledError(f"{in_checkout} is in a checkout or an installed gantei, not here")
