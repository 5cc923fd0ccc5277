"""Photographs whose files were last changed long ago, so that their times tell of any change."""

import os

import pytest

from .studies import NAMES

LONG_AGO = 1_700_000_000_123_456_789


@pytest.fixture
def settled(photographs):
    """The photographs, none of which has changed just now."""
    for name in NAMES:
        set_back(photographs / name)
    return photographs


def set_back(path):
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def change_unseen(path):
    """Change a file's bytes, but neither its size nor its time."""
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    set_back(path)
