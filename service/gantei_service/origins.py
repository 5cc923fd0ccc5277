"""Origins (RFC 6454): the scheme, host and port of the page that a browser's request comes from."""

from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from gantei.errors import SettingError

_PORTS = {"http": 80, "https": 443}


class PageOrigin(NamedTuple):
    """Whose page it is; the port is always said, that of the scheme where it is left out."""

    scheme: str
    host: str
    port: int


def read_origin(text: str) -> PageOrigin | None:
    """Read an `Origin` header; None where it names no page of the web, as `null` does.

    >>> read_origin("https://Fundus.example.org")
    PageOrigin(scheme='https', host='fundus.example.org', port=443)
    """
    split = _split(text)
    if split is None or split.scheme not in _PORTS or text.endswith("/"):
        return None
    return _origin(split, split.scheme)


def read_host(text: str, scheme: str) -> PageOrigin | None:
    """Read a `Host` header, as the address of a page of that scheme; None where it is none."""
    split = _split(f"//{text}")
    return None if split is None else _origin(split, scheme)


def stated_origin(text: str) -> PageOrigin:
    """Read an origin that the server is told to have behind a proxy.

    Raises:
        SettingError: it is none.
    """
    if origin := read_origin(text):
        return origin
    raise SettingError(
        f"{text!r} is not the origin of a page, such as https://fundus.example.org: http or https, "
        "the host, the port where it is not the usual one, and nothing after it"
    )


def _split(text: str) -> SplitResult | None:
    try:
        split = urlsplit(text)
        empty = split.hostname is None or split.port == 0  # the port is read only when asked for
    except ValueError:
        return None
    more = (split.path, split.query, split.fragment, split.username, split.password)
    return None if empty or any(each for each in more) else split


def _origin(split: SplitResult, scheme: str) -> PageOrigin:
    return PageOrigin(scheme, split.hostname or "", split.port or _PORTS[scheme])
