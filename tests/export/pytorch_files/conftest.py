"""What the tests of PyTorch's files share."""

import tracemalloc

import pytest

from gantei.errors import ConversionError
from gantei_export.pytorch_files.state_dict import open_state_dict

MOST_MEMORY = 300 << 20


@pytest.fixture
def read():
    """Read all tensors of a file by name."""

    def all_of(path, entry=None):
        with open_state_dict(path, entry) as found:
            return {name: tensor.read() for name, tensor in found.tensors.items()}

    return all_of


@pytest.fixture
def refused(read):
    """Assert that a file is refused with these words."""

    def check(path, *words):
        with pytest.raises(ConversionError) as caught:
            read(path)
        message = str(caught.value)
        assert path.name in message
        assert len(message) < 2000 and message.isprintable()
        for word in words:
            assert word in message

    return check


@pytest.fixture
def refused_cheaply(refused):
    """Assert that a file is refused with these words, in bounded memory."""

    def check(path, *words):
        tracemalloc.start()
        try:
            refused(path, *words)
            assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
        finally:
            tracemalloc.stop()

    return check
