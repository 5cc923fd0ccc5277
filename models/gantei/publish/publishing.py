"""An estimator's folder onto the Hugging Face Hub: checked as a stranger would, in one commit."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import EstimatorError, SettingError, TransferError, WeightsError
from ..estimator.folder_files import CARD, files_of
from ..manifests.fields import UNKNOWN
from ..manifests.file import FILE_NAME, read_manifest
from ..manifests.manifest import Manifest
from ..manifests.publication import ALLOWED
from ..pull.hub import hub_access, repository
from ..system.files import sha256_of
from ..system.offline import refuse_offline

PAGE = "README.md"
"""What the Hub shows as a repository's page; the card, once more."""


@dataclass(frozen=True)
class FileToUpload:
    """A file to upload."""

    name: str
    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True)
class PreparedUpload:
    """An estimator that is fit to be published, and its files."""

    name: str
    uploads: tuple[FileToUpload, ...]


def prepare_publication(folder: Path) -> PreparedUpload:
    """Check an estimator's folder as a stranger would, and list what is to be uploaded.

    Raises:
        SettingError: something is missing: its redistribution is not known to be allowed, a fact
            is unknown, the folder holds other files too, the card is missing or another
            estimator's, or the answers to golden photographs are. All of it is listed.
        ManifestError: its manifest breaks the schema.
    """
    manifest = read_manifest(folder / FILE_NAME)
    if missing := [*_missing(manifest, folder)]:
        raise SettingError("\n- ".join([f"{folder} is not published:", *missing]))
    files = files_of(manifest)
    paths = {file.name: folder / file.name for file in files if (folder / file.name).is_file()}
    paths[PAGE] = folder / CARD
    uploads = [
        FileToUpload(name, path, path.stat().st_size, sha256_of(path))
        for name, path in paths.items()
    ]
    return PreparedUpload(manifest.name, tuple(uploads))


def publish(publication: PreparedUpload, to: str) -> str:
    """Upload into a repository that exists, in one commit; give the source to pull it from.

    Raises:
        SettingError: `to` is not hf:ORG/REPO.
        OfflineError: `GANTEI_OFFLINE` is set.
        WeightsError: a file was changed since it was checked.
        TransferError: the Hub does not take it.
    """
    wanted = repository(to)
    if wanted.revision:
        raise SettingError(f"{to}: name the repository alone; a new commit is made in it")
    endpoint, token = hub_access()
    page = f"{endpoint}/{wanted.name}"
    by_hand = f"By hand: log in at {page}/upload/main in a browser, and upload the same files"
    refuse_offline(f"publish {wanted.name}. {by_hand}")
    if changed := [
        each.name for each in publication.uploads if sha256_of(each.path) != each.sha256
    ]:
        raise WeightsError(f"changed since they were checked: {', '.join(changed)}")
    from huggingface_hub import CommitOperationAdd, HfApi

    operations = [
        CommitOperationAdd(path_in_repo=each.name, path_or_fileobj=each.path)
        for each in publication.uploads
    ]
    try:
        commit = HfApi(endpoint=endpoint, token=token).create_commit(
            wanted.name, operations, commit_message="Publish by gantei"
        )
    except Exception as error:  # of httpx or httpx2, as the version of huggingface_hub has it
        raise TransferError(f"{page} {_meaning(error)}. {by_hand}") from error
    return f"hf:{wanted.name}@{commit.oid}"


def _missing(manifest: Manifest, folder: Path) -> Iterator[str]:
    """Say what has to be done before the estimator can be published."""
    from ..card import check

    if not manifest.source.may_be_passed_on:
        yield _terms(manifest)
    known = {file.name for file in files_of(manifest)}
    if strays := sorted(path.name for path in folder.iterdir() if path.name not in known):
        yield f"it holds what is not the estimator's: {', '.join(strays)}; take it away"
    if problems := check(folder):
        yield (
            f"{CARD}: {'; '.join(problems)}. gantei card {shlex.quote(str(folder))} --format "
            f"markdown --out {shlex.quote(str(folder / CARD))} writes it anew"
        )
    if unsettled := manifest.unsettled():
        facts = ", ".join(fact.key for fact in unsettled)
        yield f"unknown, so that it predicts nothing: {facts}. {manifest.settling_command()}"
    else:
        yield from _golden(manifest, folder)


def _golden(manifest: Manifest, folder: Path) -> Iterator[str]:
    """Say what is wrong with the golden photographs, or with the network that answers them."""
    from ..estimator.estimator import load
    from ..estimator.golden_answers import check_golden

    if not manifest.golden:
        yield (
            "its manifest has no [[golden]] photograph, so nobody could check its answers: gantei "
            f"golden {manifest.name} adds some"
        )
    try:
        check_golden(load(folder, "cpu"), folder)
    except EstimatorError as error:
        yield str(error)


def _terms(manifest: Manifest) -> str:
    source, whom = manifest.source, manifest.source.publisher
    if whom == UNKNOWN:
        whom = "who made them"
    if manifest.adapted:
        whom = f"the publisher of {manifest.adapted.of}, whose rights bind what is made of it"
    return (
        f"whether its weights may be passed on is {source.redistribution!r} (terms: "
        f"{source.terms}). Ask {whom}; when the answer is yes, source.redistribution in "
        f"{FILE_NAME} begins with {ALLOWED!r} and says under what"
    )


def _meaning(error: Exception) -> str:
    cause: BaseException | None = error
    while cause and not hasattr(cause, "response"):
        cause = cause.__cause__
    if (status := getattr(getattr(cause, "response", None), "status_code", None)) is None:
        return f"is not reached, or does not take it: {str(error).rstrip('.')}"
    meaning = {
        401: "does not know you: hf auth login, or HF_TOKEN",
        403: "does not let you write: the token needs the right to write there",
        404: "does not exist, or is not yours: make it first, or log in (hf auth login)",
    }.get(status, "does not take it")
    return f"{meaning} (status {status})"
