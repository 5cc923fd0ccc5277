"""The Hugging Face Hub, or the mirror that `HF_ENDPOINT` names: a repository at one commit.

Its files come by the same transfer as any others, not by `hf_hub_download`, which checks no digest
over plain HTTP, takes what is larger than announced, and believes no site's certificates.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from ..errors import OfflineError, SettingError
from ..wire.credentials import token_of_file
from .http_folder import HttpFolder
from .http_session import Advice, HttpSession
from .source import EstimatorFolder, PullSource

_REPOSITORY = re.compile(r"hf:(\w[\w.-]*/\w[\w.-]*?)(?:@(\w[\w./-]*))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
LARGEST_ANSWER = 10_000_000
LOGIN = (
    "log in (hf auth login) or set HF_TOKEN; a private repository, and one that does not exist, "
    "answer alike"
)


class Repository(NamedTuple):
    """`hf:ORG/REPO@REVISION`; the revision is a commit, a branch, a tag, or None."""

    name: str
    revision: str | None


def repository(text: str) -> Repository:
    """Read the name of a repository.

    Raises:
        SettingError: it is not one.
    """
    if not (found := _REPOSITORY.fullmatch(text)) or ".." in text:
        raise SettingError(f"{text}: expects hf:ORG/REPO or hf:ORG/REPO@COMMIT")
    return Repository(found[1], found[2])


def hub_access() -> tuple[str, str | None]:
    """Give the Hub's address and the user's token for it, as huggingface_hub finds them.

    Imported so, that library has neither its telemetry nor its second way of transfer: that way,
    Xet, knows neither the site's certificates nor its proxy.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    from huggingface_hub import constants, get_token

    return constants.ENDPOINT.rstrip("/"), get_token()


@contextmanager
def hub_folder(source: PullSource, work: Path) -> Iterator[EstimatorFolder]:
    """Open a repository; a branch or tag is first resolved to the commit that it names now."""
    wanted = repository(source.text)
    endpoint, token = hub_access()
    if source.network.token_file:
        token = token_of_file(source.network.token_file)
    by_hand = (
        f"By hand: on a machine that reaches {endpoint}/{wanted.name}, download its files into a "
        f"folder and bring it here: gantei pull {source.name} --from FOLDER"
    )
    advice = Advice(by_hand, LOGIN)
    with HttpSession(
        f"pull {source.name} from {source.text}", advice, source.network, token
    ) as session:
        if os.environ.get("HF_HUB_OFFLINE", "0").upper() in ("1", "ON", "YES", "TRUE"):
            raise OfflineError(f"HF_HUB_OFFLINE is set, so nothing is asked of the Hub. {by_hand}")
        commit = wanted.revision or "main"
        if not _COMMIT.fullmatch(commit):
            commit = _resolved(session, endpoint, wanted.name, commit)
            source.report(
                f"{source.text} is now hf:{wanted.name}@{commit}; name it so to have the same"
            )
        base = f"{endpoint}/{wanted.name}/resolve/{commit}/"
        yield HttpFolder(session, base, f"hf:{wanted.name}@{commit}", source.text)


def _resolved(session: HttpSession, endpoint: str, name: str, revision: str) -> str:
    url = f"{endpoint}/api/models/{name}/revision/{quote(revision, safe='')}"
    content = session.read(url, LARGEST_ANSWER)
    if content is None:
        raise session.failure(url, f"is not there: no repository {name}, or no {revision} in it")
    try:
        commit = json.loads(content)["sha"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise session.failure(url, "does not answer as the Hub does") from error
    if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        raise session.failure(url, "names no commit")
    return commit
