"""Clients of object stores, by obstore: where each is, how long it is asked, and nobody else.

obstore follows redirects wherever they lead, and has no option against it. So every host but those
of the store, and of its credentials, is said to lie behind a proxy that is none.
"""

import os
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import MissingExtraError, SettingError
from ..system.install_command import how_to_add
from ..system.version import __version__
from .environment_proxy import proxy_of
from .link_local import refuse_link_local
from .reading_bounds import (
    CONNECT,
    FIRST_WAIT,
    LONGEST_REQUEST,
    LONGEST_RETRIES,
    LONGEST_WAIT,
    MOST_RETRIES,
    SILENCE,
)
from .store_credentials import (
    check_metadata_service,
    google_provider,
    has_azure_credentials,
    has_google_credentials,
    has_s3_credentials,
    s3_provider,
)
from .store_failures import NOWHERE

if TYPE_CHECKING:
    from obstore.store import AzureStore, ClientConfig, GCSStore, RetryConfig, S3Store

    Client = AzureStore | GCSStore | S3Store

_METADATA = ("169.254.169.254", "fd00:ec2::254", "metadata.google.internal")
"""Where machines of the clouds ask for credentials of their own. Only where those are used, a
redirect may lead there too; what is answered is no photograph, and is shown nowhere."""


def client_of(scheme: str, bucket: str) -> "Client":
    """Make a client of a bucket (`s3`, `gs`) or container (`az`); nothing is asked yet.

    Raises:
        MissingExtraError: obstore is not installed.
        SettingError: the environment, or what it names, cannot be used.
    """
    try:
        from obstore.exceptions import BaseError
    except ImportError as error:
        raise MissingExtraError(
            f"{scheme}:// needs obstore ({error}): {how_to_add('storage')}"
        ) from error
    try:
        match scheme:
            case "s3":
                return _s3(bucket)
            case "gs":
                return _google(bucket)
        return _azure(bucket)
    except (BaseError, ValueError, OSError) as error:
        if isinstance(error, SettingError):
            raise
        # The first line has the reason; those after it may have what the environment says.
        why = str(error).partition("\n")[0][:300]
        raise SettingError(f"{scheme}://{bucket} cannot be opened: {why}") from None


def _s3(bucket: str) -> "S3Store":
    from obstore.store import S3Store

    provider = s3_provider()
    region = _first_set("AWS_REGION", "AWS_DEFAULT_REGION")
    if region is None and provider is not None:
        region = provider.config.get("region")
    region = region or "us-east-1"
    endpoint = (
        _first_set("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
        or f"https://s3.{region}.amazonaws.com"
    )
    hosts = [f"sts.{region}.amazonaws.com", "sts.amazonaws.com"]
    for name in ("AWS_ENDPOINT_URL_STS", "AWS_STS_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        hosts += filter(None, [_host(os.environ.get(name, ""))])
    if os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        hosts.append("169.254.170.2")
    elif provider is None and not has_s3_credentials():
        check_metadata_service("s3")
        hosts += [*_METADATA, *filter(None, [_host(os.environ.get("AWS_METADATA_ENDPOINT", ""))])]
    return S3Store(
        bucket,
        region=region,
        client_options=_client_options(endpoint, hosts),
        retry_config=_retry_config(),
        credential_provider=provider,
    )


def _google(bucket: str) -> "GCSStore":
    from obstore.store import GCSStore

    emulator = os.environ.get("STORAGE_EMULATOR_HOST", "")  # as Google's own libraries read it
    if emulator and "://" not in emulator:
        emulator = f"http://{emulator}"
    endpoint = emulator or os.environ.get("GOOGLE_BASE_URL") or "https://storage.googleapis.com"
    hosts = ["oauth2.googleapis.com", "sts.googleapis.com"]
    if not emulator and not has_google_credentials():
        check_metadata_service("gs")
        hosts += _METADATA
    options = _client_options(endpoint, hosts)
    if emulator:
        return GCSStore(
            bucket,
            base_url=endpoint,
            skip_signature=True,
            client_options=options,
            retry_config=_retry_config(),
        )
    return GCSStore(
        bucket,
        client_options=options,
        retry_config=_retry_config(),
        credential_provider=google_provider(),
    )


def _azure(container: str) -> "AzureStore":
    from obstore.store import AzureStore

    emulated = os.environ.get("AZURE_STORAGE_USE_EMULATOR", "").lower() in ("1", "true")
    # The second is what Azure's own command reads.
    account = _first_set("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT")
    account = account or ("devstoreaccount1" if emulated else None)
    if account is None:
        raise SettingError(
            f"az://{container}: name the storage account by AZURE_STORAGE_ACCOUNT_NAME"
        )
    endpoint = _first_set("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT") or (
        "http://127.0.0.1:10000" if emulated else f"https://{account}.blob.core.windows.net"
    )
    hosts = ["login.microsoftonline.com"]
    for name in ("AZURE_STORAGE_AUTHORITY_HOST", "AZURE_AUTHORITY_HOST", "AZURE_MSI_ENDPOINT",
                 "AZURE_IDENTITY_ENDPOINT", "IDENTITY_ENDPOINT"):  # fmt: skip
        hosts += filter(None, [_host(os.environ.get(name, ""))])
    if not has_azure_credentials():
        check_metadata_service("az")
        hosts += _METADATA
    return AzureStore(
        container,
        account_name=account,
        client_options=_client_options(endpoint, hosts),
        retry_config=_retry_config(),
    )


def _client_options(endpoint: str, credential_hosts: list[str]) -> "ClientConfig":
    """Give the options by which the store at an endpoint is asked, and its credentials' hosts."""
    host = _host(endpoint)
    if host is None:
        raise SettingError(
            f"the store's address in the environment names no host: {endpoint[:100]}"
        )
    refuse_link_local(host, of_the_user=endpoint)
    _refuse_proxy(endpoint, host)
    return {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=CONNECT),
        "read_timeout": timedelta(seconds=SILENCE),
        "timeout": timedelta(seconds=LONGEST_REQUEST),
        "proxy_url": f"http://{NOWHERE}",
        "proxy_excludes": ",".join([host, *credential_hosts]),
        "user_agent": f"gantei/{__version__}",
    }


def _retry_config() -> "RetryConfig":
    return {
        "max_retries": MOST_RETRIES,
        "retry_timeout": timedelta(seconds=LONGEST_RETRIES),
        "backoff": {
            "init_backoff": timedelta(seconds=FIRST_WAIT),
            "max_backoff": timedelta(seconds=LONGEST_WAIT),
        },
    }


def _refuse_proxy(endpoint: str, host: str) -> None:
    """Refuse what lies behind a proxy, which would follow redirects to anywhere.

    Raises:
        SettingError: the environment names a proxy for it.
    """
    if proxy := proxy_of(endpoint):
        raise SettingError(
            f"object stores are not read through a proxy ({proxy.variable}): add {host} to "
            "NO_PROXY where it can be reached without, or give signed https:// addresses"
        )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _first_set(*names: str) -> str | None:
    """Give what the first of these variables says that says anything."""
    return next(filter(None, map(os.environ.get, names)), None)
