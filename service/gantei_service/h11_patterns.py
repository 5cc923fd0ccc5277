"""h11's patterns for lines that anybody may send, made to take linear time.

h11 0.16 tries blanks as the space before a header's value and as the space behind it: of a line of
blanks that ends in a control character it tries every split, so that 120 kB stop a server for half
a minute, before any token is looked at. The same holds for blanks in a chunk's extension. Here
nothing is tried twice. What matches, and every group that h11 reads, stay the same.
"""

import re

from h11 import _abnf, _readers

HEADER_FIELD = (
    rf"(?P<field_name>{_abnf.field_name}):[ \t]*+(?P<field_value>{_abnf.field_value})[ \t]*+"
)
CHUNK_HEADER = rf"(?P<chunk_size>{_abnf.chunk_size})(?:;[^\n]*(?=\r\n)|[ \t]*+)\r\n"


def use() -> None:
    """Let h11 read by these, in the whole process."""
    _readers.header_field_re = re.compile(HEADER_FIELD.encode())
    _readers.chunk_header_re = re.compile(CHUNK_HEADER.encode())
