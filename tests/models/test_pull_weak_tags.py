"""A weak ETag names no bytes (RFC 9110, 13.1.5): no rest is asked for by it."""

import pytest

from gantei.errors import TransferError
from gantei.pull.fetching import pull_estimator

from .pulling import is_whole, mine, refused

__all__ = ["mine"]


@pytest.mark.parametrize(("tag", "sent"), [('"strong"', '"strong"'), ('W/"weak"', None)])
def test_the_rest_of_a_file_is_asked_for_by_a_strong_tag_only(hub, mine, tag, sent):
    source = hub.offer(mine)
    hub.cut_at, hub.etags = 300_000, tag
    refused(TransferError, source, "cut off")
    hub.heal()
    pull_estimator("my-age", source)
    rest = next(each for each in hub.gets("model.onnx") if "range" in each)
    assert rest.get("if-range") == sent
    assert is_whole(mine)
