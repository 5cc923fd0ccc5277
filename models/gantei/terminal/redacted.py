"""Addresses in what is said, without their secrets: a job's log keeps what a command printed."""

import re

_ADDRESS = r"""([A-Za-z][A-Za-z0-9+.-]+:/+)([^\s'"]+)"""
"""Also with one slash, as of an address that was taken for a path; compiled when used."""


def redacted(text: str) -> str:
    """Leave out users, passwords and query strings, which may be signatures, of all addresses.

    >>> from gantei.terminal.redacted import redacted
    >>> redacted("https://u:secret@h.jp/a.txt?sig=secret: cannot be read")
    'https://h.jp/a.txt?…: cannot be read'
    """
    return re.sub(_ADDRESS, _without_secrets, text)


def _without_secrets(found: re.Match[str]) -> str:
    scheme, rest = found.groups()
    host, slash, path = rest.partition("/")
    shown, mark, query = f"{host.rpartition('@')[2]}{slash}{path}".partition("?")
    # The query string ends where the sentence goes on.
    behind = query[len(query.rstrip(":;,.)")) :]
    return f"{scheme}{shown}?…{behind}" if mark else f"{scheme}{shown}"
