"""The rules of addresses below which photographs lie: which are read, and what of them is shown.

Only an address that a user gives on the command line, or to the library, is read, and what lies
below it. Its query string, which may be a signature, and those of the addresses in a list, stay in
memory for the read alone: nothing shows an `Address` but what `shown` has.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from ..errors import SettingError

STORES = ("s3", "gs", "az")
WEB = ("https", "http")
ARCHIVES = ("zip", "tar", "parquet")
KNOWN = (*STORES, *WEB, *ARCHIVES)

_ADDRESS = re.compile(rf"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:(?:://|//|:)|(?i:{'|'.join(KNOWN)}):/)")
"""With one slash, too, where the scheme is known: what stands behind it may be a password."""
_CHAINED = re.compile(r"::[A-Za-z][A-Za-z0-9+.-]*:/")
_PARAMETERS = re.compile(r";[^/]*")
"""Of a part of a path, for servers of Java."""
_DEFAULT_PORTS = {"https": 443, "http": 80}
_METADATA_NETWORKS = [
    ipaddress.ip_network(each)
    for each in ("fd00:ec2::/32", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
]
"""Where machines of Amazon, Google, Alibaba, Azure and Oracle ask for their own credentials and
set-up, beside 169.254.0.0/16."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Address:
    """An address, taken apart; as text it is what may be shown.

    Attributes:
        scheme: one of `KNOWN`, in small letters.
        shown: without query string; of a server with the host in small letters.
        query: without its `?`; empty but for http and https. Never shown or written.
    """

    scheme: str
    shown: str
    query: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.shown

    @property
    def is_remote(self) -> bool:
        """Whether it is reached over a network."""
        return self.scheme not in ARCHIVES

    @property
    def path(self) -> str:
        """What stands behind `://`: of an archive, its path on this machine."""
        return self.shown.partition("://")[2]

    def as_prefix(self) -> "Address":
        """The same, ended by `/`, so that `s3://b/eyes` is not the beginning of `s3://b/eyes2`."""
        return Address(self.scheme, f"{self.shown.removesuffix('/')}/", self.query)


def is_address(text: str) -> bool:
    """Whether a text is meant as an address, not as a path.

    >>> from gantei.storage.address import is_address
    >>> is_address("s3://eyes/2024"), is_address("simplecache::s3://eyes"), is_address("C:/eyes")
    (True, True, False)
    """
    return _ADDRESS.match(text) is not None


def path_or_address(text: str) -> "Path | Address":
    """Read what a user gives as the place of photographs.

    Raises:
        SettingError: an address that is not read; see `parse_address`.
    """
    return parse_address(text) if is_address(text) else Path(text)


def without_query(text: str) -> str:
    """Give a text as it may be shown: of an address neither query string nor user."""
    if not is_address(text):
        return text
    mark = "://" if "://" in text else ":/"
    before, _, behind = text.partition(mark)
    host, slash, path = re.split("[?#]", behind, maxsplit=1)[0].partition("/")
    return f"{before}{mark}{host.rpartition('@')[2]}{slash}{path}"


def parse_address(text: str) -> Address:
    """Take an address apart.

    Raises:
        SettingError: it is of no known kind, is chained, names a user, leads elsewhere by `..`, or
            is of a machine that only this machine should ask.

    >>> from gantei.storage.address import parse_address
    >>> parse_address("https://eyes.example/study/?signature=secret")
    Address(scheme='https', shown='https://eyes.example/study/')
    """
    text = text.strip()
    scheme = text.partition(":")[0].lower()
    if re.match("[^:]*:/(?!/)", text):
        _refuse(text, f"an address has two slashes behind its scheme: write {scheme}://")
    if text.partition("://")[0].lower() != scheme or _CHAINED.search(text):
        _refuse(text, "addresses are not chained by ::; name one place")
    if scheme not in KNOWN:
        folder = "; name a file or folder of this machine by its path" if scheme == "file" else ""
        _refuse(text, f"{scheme}:// is not read; known: {', '.join(f'{each}://' for each in KNOWN)}"
                f"{folder}")  # fmt: skip
    if not text.isprintable() or (scheme not in ARCHIVES and (" " in text or "\\" in text)):
        _refuse(text, "holds a space, a backslash or a control character; write them as %20 or so")
    if scheme in ARCHIVES:
        if not (path := text.partition("://")[2].removesuffix("/")):
            _refuse(text, f"name the file, as in {scheme}://photographs.{scheme}")
        return Address(scheme, f"{scheme}://{path}")
    return _of_network(text, scheme)


def _of_network(text: str, scheme: str) -> Address:
    try:
        parts = urlsplit(text)
        # Names of buckets may have had capitals, where those of hosts have none.
        host, port = parts.netloc if scheme in STORES else parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or (scheme in STORES and ":" in host.rpartition("@")[2]):
        _refuse(text, "names no " + ("host" if scheme in WEB else "bucket or container"))
    if "@" in parts.netloc:
        _refuse(
            text,
            "names a user, or a password; leave them out: credentials come from where the "
            "provider's own tools keep them",
        )
    if parts.fragment or text.endswith("#"):
        _refuse(text, "has a #, behind which nothing is asked of a server; write it as %23")
    if (parts.query or text.endswith("?")) and scheme in STORES:
        _refuse(text, "has a query string; a signed address begins with https://")
    if any(part in (".", "..") for part in _as_served(parts.path).split("/")):
        _refuse(text, "has . or .. in it; name the place itself")
    if scheme in WEB and is_link_local(host):
        _refuse(text, LINK_LOCAL)
    bracketed = f"[{host}]" if ":" in host else host
    shown_port = "" if port in (None, _DEFAULT_PORTS.get(scheme)) else f":{port}"
    shown = f"{scheme}://{bracketed}{shown_port}{parts.path or '/'}"
    return Address(scheme, shown, parts.query)


LINK_LOCAL = (
    "leads to a link-local address, or another from which cloud machines get their credentials; "
    "photographs are not read from there"
)
"""What is said of such an address."""


def is_link_local(host: str) -> bool:
    """Whether a host is written as a link-local address, or one of a machine's own credentials.

    In any way in which such an address can be written; names are not looked up.

    >>> from gantei.storage.address import is_link_local
    >>> is_link_local("169.254.169.254"), is_link_local("0xa9fea9fe"), is_link_local("127.0.0.1")
    (True, True, False)
    """
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            found = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return False
    if isinstance(found, ipaddress.IPv6Address):
        found = _ipv4_within(found) or found
    return found.is_link_local or any(found in network for network in _METADATA_NETWORKS)


def _ipv4_within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address of IPv4 that a network, or this machine, may make of one of IPv6."""
    if address in _NAT64 or address.packed.startswith(bytes(12)):
        return ipaddress.IPv4Address(address.packed[12:])
    return address.ipv4_mapped or address.sixtofour


def name_below(text: str, prefix: Address) -> tuple[str, str]:
    """Give the name, and the query string, of what a list names, by an address or relative to it.

    Args:
        text: a full address, or a name below the prefix.
        prefix: as `Address.as_prefix` gives it.

    Raises:
        SettingError: it does not lie below the prefix.
    """
    if is_address(text):
        address = parse_address(text)
        if not address.shown.startswith(prefix.shown) or address.shown == prefix.shown:
            _refuse(text, f"does not lie below {prefix}, the place that was given")
        return address.shown.removeprefix(prefix.shown), address.query
    name, query = text, ""
    if prefix.scheme in WEB:
        name, _, query = text.partition("?")
    if not query.isprintable() or any(each in query for each in " \\#"):
        _refuse(name, "has a space, a backslash, a # or a control character behind its ?; write "
                "them as %20 or so")  # fmt: skip
    if reason := why_unsafe(_as_served(name) if prefix.scheme in WEB else name):
        _refuse(name, f"{reason}, which names nothing below {prefix}")
    return name, query


def _as_served(path: str) -> str:
    """A path as a server may take it: some take a backslash for a slash, and `..;x` for `..`."""
    return _PARAMETERS.sub("", unquote(path).replace("\\", "/"))


def why_unsafe(name: str) -> str | None:
    """Say why a name may lead out of the folder in which files beside the table get it.

    None: it does not.
    """
    if not name or name.startswith("/"):
        return "is absolute" if name else "is empty"
    if any(part in ("", ".", "..") for part in name.removesuffix("/").split("/")):
        return "has an empty part, . or .. in it"
    return None


def _refuse(text: str, why: str) -> NoReturn:
    raise SettingError(f"{without_query(text)}: {why}")
