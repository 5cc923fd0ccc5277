"""Another machine's `gantei serve`: its list tells the size and sha256 of every file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from ..errors import UnknownEstimatorError
from ..wire.credentials import VARIABLE, token_for_service
from ..wire.schemas import LONGEST_ESTIMATOR_LIST, EstimatorList
from .http_folder import HttpFolder
from .http_session import Advice, HttpSession
from .source import EstimatorFolder, PullSource

ROUTE = "/v1/estimators"


@contextmanager
def served_folder(source: PullSource, work: Path) -> Iterator[EstimatorFolder]:
    """Open an estimator that a machine serves.

    Raises:
        UnknownEstimatorError: it serves others; the message names them.
    """
    top = source.text.partition("?")[0].rstrip("/").removesuffix(ROUTE) + ROUTE
    advice = Advice(
        f"By hand: copy the folder that gantei where {source.name} names on that machine, and "
        f"bring it here: gantei pull {source.name} --from FOLDER",
        f"its keeper gives tokens; put yours into {VARIABLE}, or into a file, --token-file FILE",
    )
    token = token_for_service(source.network.token_file)
    with HttpSession(
        f"pull {source.name} from {source.text}", advice, source.network, token
    ) as session:
        listed = _listed(session, top)
        if source.name not in listed:
            others = ", ".join([*listed][:20]) or "none"
            raise UnknownEstimatorError(
                f"{source.text} does not serve {source.name!r}; it serves: {others}"
            )
        base = f"{top}/{quote(source.name)}/files/"
        yield HttpFolder(session, base, f"{top}/{source.name}", source.text, listed[source.name])


def _listed(session: HttpSession, url: str) -> dict[str, dict[str, tuple[int, str]]]:
    """Map the name of each estimator to size and sha256 of its files."""
    content = session.read(url, LONGEST_ESTIMATOR_LIST)
    try:
        listed = EstimatorList.model_validate_json(content or b"")
    except ValidationError as error:
        raise session.failure(url, "does not answer as gantei serve does") from error
    return {
        each.name: {name: (file.bytes, file.sha256) for name, file in each.files.items()}
        for each in listed.estimators
    }
