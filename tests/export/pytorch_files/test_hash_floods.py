"""Numbers that a stranger chose so that they collide in a dictionary: none is a key as it is."""

import struct

import pytest

from gantei_export.pytorch_files.rebuilding import Rebuilding
from gantei_export.pytorch_files.state_dict import open_state_dict

from .written import dictionary, number, program, tensor, text, zip_file

COUNT = 4000
SLOTS = 1 << 14
"""Of a dictionary of so many keys, about."""
NUMBERS = {
    "beyond 64 bits, of one hash": lambda n: number(n * (2**61 - 1) + 5),
    "negative, of one hash": lambda n: number(-n * (2**61 - 1) - 5),
    "of 64 bits, in one slot": lambda n: number(n << 40),
    "of 32 bits, in one slot": lambda n: number(n << 16),
    "with a point, in one slot": lambda n: b"G" + struct.pack(">d", float(n << 40)),
    "in tuples": lambda n: number(n * (2**61 - 1) + 5) + b"\x85",
}


def spread(keys):
    """Whether they lie in a dictionary as if drawn: 3,550 of 16,384 slots are expected."""
    return len({hash(key) % SLOTS for key in keys}) > 3200


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_as_keys_do_not_collide(name):
    items = b"".join(NUMBERS[name](n) + b"Ns" for n in range(1, COUNT + 1))
    found, _ = Rebuilding("flood", old=False).machine.run(program(b"}" + items))
    assert len(found) == COUNT
    assert spread(found)


def test_numbers_of_what_is_recalled_do_not_collide():
    places = b"".join(b"r" + struct.pack("<I", n << 16) for n in range(1, COUNT + 1))
    machine = Rebuilding("flood", old=False).machine
    assert machine.run(program(text("kept") + places))[0] == "kept"
    assert len(machine._memo) == COUNT
    assert spread(machine._memo)


def test_whole_numbers_beside_the_state_dict_are_told_as_they_are(tmp_path):
    keys = {0: "0", -7: "-7", 140_000_000_000_000: "140000000000000", 1 << 70: "entry 3"}
    items = b"".join(number(key) + b"N" for key in keys)
    state = text("model") + dictionary(weight=tensor((2, 3)))
    with open_state_dict(zip_file(tmp_path / "x.pth", b"}(" + items + state + b"u")) as found:
        assert found.passed_over == tuple(keys.values())
        assert list(found.tensors) == ["weight"]


def test_a_whole_number_twice_is_refused(refused, tmp_path):
    items = 2 * (number(5) + b"N") + text("model") + dictionary(weight=tensor((2, 3)))
    refused(zip_file(tmp_path / "x.pth", b"}(" + items + b"u"), "the key 5 twice")
