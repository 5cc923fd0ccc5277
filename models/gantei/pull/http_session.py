"""Requests to another machine over HTTP: every answer is bounded, every failure says what to do.

Proxies come from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, certificates from `SSL_CERT_FILE`, as
everywhere. A redirect is followed to another machine too, as the Hub's files live elsewhere, but
the token stays behind, and never from https to http.
"""

import os
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..errors import SettingError, TransferError
from ..storage.environment_proxy import unusable_proxy
from ..system.offline import refuse_offline
from ..system.version import __version__
from ..wire.credentials import trusting
from ..wire.http_failures import proxies, why_refused, why_unanswered

if TYPE_CHECKING:
    import httpx

CONNECT = 10.0
"""Seconds to wait for a connection."""
SILENCE = 30.0
"""Seconds to wait for the next bytes."""
PERIOD = 60.0
SLOWEST = 1000.0
"""Bytes per second, on average over each `PERIOD`; a slower answer is given up."""
MOST_REDIRECTS = 5


@dataclass(frozen=True)
class NetworkOptions:
    """How to reach other machines.

    Attributes:
        ca: PEM file of the certificate authorities that alone are trusted then.
        token_file: holds the bearer token for the machine that is asked.
    """

    ca: Path | None = None
    token_file: Path | None = None


@dataclass(frozen=True)
class Advice:
    """What a message says to do, where a source fails.

    Attributes:
        by_hand: how to come by the same without this connection.
        login: how to say who asks.
    """

    by_hand: str
    login: str


class HttpSession:
    """An HTTP session with one source; use it in a `with` block.

    Raises:
        OfflineError: `GANTEI_OFFLINE` is set; before anything is opened.
        SettingError: the proxy or the certificates cannot be used.
    """

    def __init__(
        self, purpose: str, advice: Advice, network: NetworkOptions, token: str | None = None
    ) -> None:
        refuse_offline(f"{purpose}. {advice.by_hand}")
        import httpx

        self._advice = advice
        self._token = token
        trusted = certificates(network.ca)
        try:
            self._client = httpx.Client(
                verify=trusted,
                timeout=httpx.Timeout(SILENCE, connect=CONNECT),
                headers={"user-agent": f"gantei/{__version__}", "accept-encoding": "identity"},
            )
        except ImportError as error:  # of what SOCKS needs
            raise SettingError(f"the proxy of {' or '.join(proxies())}: {error}") from error
        except (ValueError, httpx.InvalidURL):  # its text may have a part of the password
            raise unusable_proxy(" or ".join(proxies())) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @contextmanager
    def stream(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> "Iterator[httpx.Response]":
        """Request an address and yield the response, whose body is not read yet.

        Raises:
            TransferError: there is no answer, or while its body is read, no more of it.
        """
        own = {"authorization": f"Bearer {self._token}"} if self._token else {}
        with self._explained(url):
            request = self._client.build_request("GET", url, headers={**own, **(headers or {})})
            for _ in range(MOST_REDIRECTS + 1):
                response = self._client.send(request, stream=True)
                try:
                    if not response.has_redirect_location or response.next_request is None:
                        yield response
                        return
                    following = response.next_request
                finally:
                    response.close()
                if request.url.scheme == "https" != following.url.scheme:
                    raise self.failure(url, "leads from https to http, which is not followed")
                request = following
        raise self.failure(url, f"leads elsewhere more than {MOST_REDIRECTS} times")

    def read(self, url: str, largest: int) -> bytes | None:
        """Read a small answer as a whole; None where there is nothing at the address.

        Raises:
            TransferError: as `stream`; another status than 200; more than `largest` bytes.
        """
        with self.stream(url) as response:
            if response.status_code == 404:
                return None
            self.check_status(url, response)
            content = b""
            for piece in self.chunks(url, response):
                content += piece
                if len(content) > largest:
                    raise self.failure(url, f"answers more than {largest} bytes")
        return content

    def chunks(self, url: str, response: "httpx.Response") -> Iterator[bytes]:
        """Yield the body of a response as it arrives, unless it arrives too slowly."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self.failure(url, "sends a compressed answer, which was not requested")
        began, brought = time.monotonic(), 0
        for piece in response.iter_raw():
            brought += len(piece)
            if (seconds := time.monotonic() - began) > PERIOD:
                if brought < SLOWEST * seconds:
                    raise self.failure(url, f"sends less than {SLOWEST:g} bytes per second")
                began, brought = time.monotonic(), 0
            yield piece

    def check_status(self, url: str, response: "httpx.Response") -> None:
        """Raise unless the answer is a whole file or a part of one."""
        status = response.status_code
        if status in (200, 206):
            return
        meaning = why_refused(
            status, response.headers,
            login=self._advice.login, missing="is not there: check the address",
        )  # fmt: skip
        raise self.failure(url, f"{meaning or 'is not given'} (status {status})")

    def failure(self, url: str, what: str) -> TransferError:
        """Give the error that says what went wrong at an address, and what to do by hand."""
        return TransferError(f"{shown(url)} {what}. {self._advice.by_hand}")

    @contextmanager
    def _explained(self, url: str) -> Iterator[None]:
        import httpx

        try:
            yield
        except httpx.InvalidURL as error:
            raise self.failure(url, f"is no address: {error}") from error
        except httpx.HTTPError as error:
            why = why_unanswered(
                error, ca="--ca or SSL_CERT_FILE", connect=CONNECT, silence=SILENCE, resumes=True
            )
            raise self.failure(url, why) from error


def certificates(ca: Path | None) -> ssl.SSLContext:
    """Give the certificates to trust: `ca`'s alone, else `SSL_CERT_FILE`'s, else certifi's.

    Raises:
        SettingError: a file of them cannot be read, or holds none.
    """
    import httpx

    if ca:
        return trusting(ca)
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise SettingError(f"SSL_CERT_FILE={os.environ.get('SSL_CERT_FILE')}: {error}") from error


def shown(url: str) -> str:
    """Give an address without its query, which may hold a secret."""
    return url.partition("?")[0].partition("#")[0]
