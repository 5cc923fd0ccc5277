"""What went wrong between a client and a server over HTTP, in words that say what to do.

Each is a predicate, to stand behind the address: `http://… cannot be reached (…)`.
"""

import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_NAME_THE_PROXY = "name it as HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
_OTHER_SCHEME = "; if it speaks https, its address begins so"
LONGEST_TEXT = 500
"""Characters of what another machine says that stand in a message."""


def why_unanswered(
    error: "httpx.HTTPError", *, ca: str, connect: float, silence: float, resumes: bool = False
) -> str:
    """Say why a request has no answer, or only a part of one.

    Args:
        error: what httpx raised.
        ca: how certificate authorities are named to this client.
        connect: seconds that it waited for a connection.
        silence: seconds that it waited for the next bytes.
        resumes: whether the same command goes on from where it broke off.
    """
    import httpx

    if (tls := tls_error(error)) is not None:
        return _why_untrusted(tls, ca)
    again = "; the same command goes on from there" if resumes else ""
    reason = one_line(str(error))
    behind = f" through the proxy of {names[0]}" if (names := proxies()) and resumes else ""
    match error:
        case httpx.ProxyError():
            why = f"cannot be reached, the proxy refuses: {reason}; check {' and '.join(PROXIES)}"
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            why = f"does not answer within {connect:g} s{behind}; a firewall may be in between"
        case httpx.TimeoutException():
            why = f"has sent nothing for {silence:g} s{again}"
        case httpx.ConnectError():
            why = (
                f"cannot be reached{behind} ({reason}); check the address, and that the server runs"
            )
        case httpx.RemoteProtocolError() | httpx.NetworkError():
            why = f"was cut off ({reason}){again or _OTHER_SCHEME}"
        case _:
            why = f"cannot be read: {reason}"
    return why


def _why_untrusted(tls: ssl.SSLError, ca: str) -> str:
    if isinstance(tls, ssl.SSLCertVerificationError):
        return (
            f"shows a certificate that is not trusted here ({tls.verify_message}): name the PEM "
            f"file of the authority that signed it by {ca}"
        )
    return f"makes no TLS connection ({tls.reason or tls}); check that the server speaks https"


def why_refused(status: int, headers: "httpx.Headers", *, login: str, missing: str) -> str:
    """Say what a status stands for; empty where its number says all that is known.

    Args:
        status: of the answer.
        headers: of the answer.
        login: what to do for a server that asks who is asking.
        missing: what it means that nothing is at the address.
    """
    match status:
        case 401:
            return f"asks who you are: {login}"
        case 403:
            return f"does not let you in: {login}"
        case 404:
            return missing
        case 407:
            return f"is behind a proxy that wants a password: {_NAME_THE_PROXY}"
        case 429:
            seconds = retry_after(headers)
            return f"is asked too often: wait {'a while' if seconds is None else f'{seconds:g} s'}"
    return _of_many_statuses(status)


def _of_many_statuses(status: int) -> str:
    if 300 <= status < 400:
        return "points to another address: name that one"
    return "is in trouble: try again later" if status >= 500 else ""


def retry_after(headers: "httpx.Headers") -> float | None:
    """Give the seconds that a server wants to be left alone; None where it says none."""
    text = headers.get("retry-after", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        return None  # a date, or nothing
    return float(text)


def tls_error(error: BaseException | None) -> ssl.SSLError | None:
    """Find what TLS said among the causes of an error; None where it said nothing."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None


def proxies() -> list[str]:
    """Give the variables of the environment that name a proxy."""
    return [name for name in PROXIES if os.environ.get(name) or os.environ.get(name.lower())]


def one_line(text: object) -> str:
    """Give what another machine says as one short line; empty where it is no text."""
    return " ".join(text.split())[:LONGEST_TEXT] if isinstance(text, str) else ""
