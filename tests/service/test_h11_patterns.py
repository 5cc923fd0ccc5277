"""h11 reads by patterns that take linear time, and reads by them what it read before."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi", reason="the service's packages are not installed")

from h11 import _abnf

from gantei_service import h11_patterns

HEAD = b"POST /v1/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\n"


def test_the_patterns_replaced_are_those_that_are_known():
    assert _abnf.header_field == (
        rf"(?P<field_name>{_abnf.field_name}):[ \t]*(?P<field_value>{_abnf.field_value})[ \t]*"
    )
    assert _abnf.chunk_header == rf"(?P<chunk_size>{_abnf.chunk_size})(?P<chunk_ext>;.*)?[ \t]*\r\n"


def of(letters, before=b""):
    """Lines of these letters, where what matters is dense."""
    return st.lists(st.sampled_from(letters), max_size=9).map(lambda each: before + bytes(each))


@settings(max_examples=2000, deadline=None)
@given(of(b" \ta:\x0b\xe9\x00\r\n", b"a:") | of(b"a: \t\x0b"))
def test_headers_match_as_before(line):
    before = re.fullmatch(_abnf.header_field.encode(), line)
    now = re.fullmatch(h11_patterns.HEADER_FIELD.encode(), line)
    assert (now and now.groupdict()) == (before and before.groupdict())


@settings(max_examples=2000, deadline=None)
@given(of(b"1aF; \t\r\nx", b"1") | of(b"1;\r\n ").map(lambda line: b"1" + line + b"\r\n"))
def test_chunks_match_as_before(line):
    before = re.fullmatch(_abnf.chunk_header.encode(), line)
    now = re.fullmatch(h11_patterns.CHUNK_HEADER.encode(), line)
    assert (now and now["chunk_size"]) == (before and before["chunk_size"])


READS = """
import sys
import h11
from gantei_service.app import create_app
from gantei_service.settings import Settings

create_app(Settings(estimators=("demo-age",)))
connection = h11.Connection(h11.SERVER)
connection.receive_data(sys.stdin.buffer.read())
try:
    while connection.next_event() is not h11.NEED_DATA:
        pass
except h11.RemoteProtocolError as error:
    print(str(error)[:20])
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"a:" + b" " * 200_000 + b"\x0b\r\n\r\n", "illegal header line"),
        (
            b"transfer-encoding: chunked\r\n\r\n1;" + b" " * 200_000 + b"\n\r\n",
            "illegal chunk header",
        ),
    ],
    ids=["header", "chunk"],
)
def test_a_line_of_blanks_is_read_as_quickly_as_any_other(line, said):
    """By h11's own patterns it takes more than a minute."""
    done = subprocess.run(
        [sys.executable, "-c", READS],
        input=HEAD + line,
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.decode().startswith(said)
