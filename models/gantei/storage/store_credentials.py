"""Credentials that obstore does not find by itself: profiles of AWS, and some kinds of Google's.

Both libraries that read them are used where they are installed, and none of them is required: what
the environment holds, what a machine of the cloud is told, Google's service accounts and a login by
`gcloud` obstore reads alone.
"""

import configparser
import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import SettingError
from ..system.install_command import how_to_install

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider
    from obstore.auth.google import GoogleCredentialProvider

_AWS_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_AZURE_VARIABLES = (
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_MASTER_KEY",
    "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_TOKEN",
    "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_USE_AZURE_CLI",
    "AZURE_STORAGE_USE_EMULATOR",
)
_PROFILE_KEYS = (
    "aws_access_key_id",
    "role_arn",
    "credential_process",
    "sso_session",
    "sso_start_url",
)
"""One of these is in every profile that gives credentials; others give a region alone."""
_METADATA_SERVICE, _METADATA_SECONDS = "169.254.169.254", 1.0
_HOW = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; or AWS_SKIP_SIGNATURE",
    "gs": "log in by gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS; "
    "or GOOGLE_SKIP_SIGNATURE",
    "az": "set AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN, or log in by az login and set "
    "AZURE_USE_AZURE_CLI=true; or AZURE_SKIP_SIGNATURE",
}
_KINDS_OF_OBSTORE = ("service_account", "authorized_user")


def _is_public(variable: str) -> bool:
    """Whether requests are not signed, as for a public bucket: `AWS_SKIP_SIGNATURE=true` or so."""
    return os.environ.get(variable, "").lower() in ("1", "true", "yes", "on", "y")


def has_s3_credentials() -> bool:
    """Whether the environment holds credentials of AWS, or says that there are none."""
    return _is_public("AWS_SKIP_SIGNATURE") or any(map(os.environ.get, _AWS_VARIABLES))


def has_google_credentials() -> bool:
    """The same of Google's, and of the file where its tools keep them."""
    named = ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH", "GOOGLE_SERVICE_ACCOUNT_KEY",
             "GOOGLE_BEARER_TOKEN")  # fmt: skip
    return (
        _is_public("GOOGLE_SKIP_SIGNATURE")
        or any(map(os.environ.get, named))
        or _google_kind() is not None
    )


def has_azure_credentials() -> bool:
    """The same of Azure's."""
    return _is_public("AZURE_SKIP_SIGNATURE") or any(map(os.environ.get, _AZURE_VARIABLES))


def check_metadata_service(scheme: str) -> None:
    """Check that the metadata service answers, which gives a machine of a cloud its credentials.

    Without it, obstore would look for it again at each request, for seconds each.

    Raises:
        SettingError: it does not, or is switched off; so there are no credentials.
    """
    if not _metadata_service_answers(scheme):
        raise SettingError(
            f"no credentials for {scheme}:// were found: {_HOW[scheme]}=true for a public one"
        )


def _metadata_service_answers(scheme: str) -> bool:
    endpoint = urlsplit("")
    if scheme == "s3":
        endpoint = urlsplit(os.environ.get("AWS_METADATA_ENDPOINT", ""))
        if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
            return False
    try:
        address = (endpoint.hostname or _METADATA_SERVICE, endpoint.port or 80)
        socket.create_connection(address, _METADATA_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def s3_provider() -> "Boto3CredentialProvider | None":
    """Give what reads the profile that holds the credentials; None: obstore finds them itself.

    Raises:
        SettingError: they are in a profile, and boto3, which reads those, is not installed or finds
            none there.
    """
    if has_s3_credentials():
        return None
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
    if not profile and not _has_credentials("default"):
        return None
    try:
        from obstore.auth.boto3 import Boto3CredentialProvider
    except ImportError as error:
        raise SettingError(
            f"credentials of AWS are in the profile {profile or 'default'}, which boto3 reads: "
            f"{how_to_install('boto3')}; or put them into the environment: "
            'eval "$(aws configure export-credentials --format env)"'
        ) from error
    from botocore.exceptions import BotoCoreError

    try:
        return Boto3CredentialProvider()
    except (BotoCoreError, ValueError) as error:
        raise SettingError(
            f"the profile {profile or 'default'} of AWS gives no credentials: {error}"
        ) from error


def _has_credentials(profile: str) -> bool:
    for variable, usual in (
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        ("AWS_CONFIG_FILE", "~/.aws/config"),
    ):
        parsed = configparser.RawConfigParser(strict=False)
        try:
            parsed.read(Path(os.environ.get(variable) or usual).expanduser(), encoding="utf-8")
        except (configparser.Error, OSError, ValueError):
            return True  # boto3 says what is wrong with it
        if any(parsed.has_option(profile, key) for key in _PROFILE_KEYS):
            return True
    return False


def google_provider() -> "GoogleCredentialProvider | None":
    """Give what reads credentials of a kind that obstore does not; None: obstore finds them itself.

    Raises:
        SettingError: they are of such a kind, and google-auth is not installed or refuses them.
    """
    kind = _google_kind()
    if _is_public("GOOGLE_SKIP_SIGNATURE") or kind is None or kind in _KINDS_OF_OBSTORE:
        return None
    try:
        from google.auth.exceptions import GoogleAuthError
        from obstore.auth.google import GoogleCredentialProvider
    except ImportError as error:
        raise SettingError(
            f"Google's default credentials are of the kind {kind[:50]}, which google-auth reads: "
            + how_to_install('"google-auth[aiohttp,requests]"')
        ) from error
    try:
        return GoogleCredentialProvider()
    except (GoogleAuthError, ValueError) as error:
        raise SettingError(f"Google's default credentials are not read: {error}") from error


def _google_kind() -> str | None:
    if os.environ.get("GOOGLE_SERVICE_ACCOUNT") or os.environ.get("GOOGLE_SERVICE_ACCOUNT_KEY"):
        return None
    folder = os.environ.get("CLOUDSDK_CONFIG") or (
        Path(os.environ["APPDATA"], "gcloud") if "APPDATA" in os.environ else "~/.config/gcloud"
    )
    usual = Path(folder, "application_default_credentials.json")
    path = Path(os.environ.get("GOOGLE_APPLICATION_CREDENTIALS") or usual).expanduser()
    try:
        held: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None  # obstore says what is wrong with it, or that there is none
    kind = held.get("type") if isinstance(held, dict) else None
    return kind if isinstance(kind, str) else None
