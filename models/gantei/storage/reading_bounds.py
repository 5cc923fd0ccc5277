"""How long a read over a network may take, and how many are in flight."""

READS_AT_ONCE = 16
"""Enough for the delay of a store far away: 16 reads of 100 ms each give 160 photographs/s."""
CONNECT = 10
"""Seconds to wait for a connection."""
SILENCE = 30
"""Seconds to wait for the next bytes."""
LONGEST_REQUEST = 300
"""Seconds for one request with its whole answer: 16 reads of 5 MB each at 0.3 MB/s."""
LONGEST_WITHOUT_NAMES = 600
"""Seconds for the next thousand names of a list; a store may give pages without any before them."""
MOST_RETRIES = 5
"""After a lost connection, silence, 429 or a status from 500."""
LONGEST_RETRIES = 60
"""Seconds from the first request, after which none is repeated."""
FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0
"""Seconds before a request is repeated, twice as long each time, less a random part."""
LONGEST_ETAG = 200
"""Letters of an ETag that is taken for a version, since journals keep one of each photograph; those
of stores have some 40."""
