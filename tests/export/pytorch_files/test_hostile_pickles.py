"""Pickles that no torch.save wrote: refused, or passed over, in bounded time and memory."""

import os
import pickle
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gantei_export.pytorch_files import stack
from gantei_export.pytorch_files.state_dict import open_state_dict

from .written import dictionary, name_of, number, numbers, old_file, program, tensor, text, zip_file

LARGE = 2**31 - 1
FEW_STEPS = 50_000
"""The limit in these tests, most of which trace every allocation; one has the true one."""
WEIGHT, OLD_WEIGHT = tensor((2, 3)), tensor((2, 3), old=True)
TUPLES = b")" + b"\x85" * 2000
LISTS = b"]" + b"]" * 1000 + b"a" * 1000
SET_UP = name_of("os", "system") + b"(" + text("touch /tmp/hacked") + b"tR"


def in_both_forms(path, body):
    """Write the pickle into both forms of file."""
    old, storages = body.replace(WEIGHT, OLD_WEIGHT), None if WEIGHT in body else []
    return [zip_file(path / "new.pth", body), old_file(path / "old.pth", old, storages)]


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    """Let a pickle do less, so that a test needs less."""
    monkeypatch.setattr(stack, "MOST_STEPS", FEW_STEPS)


REFUSED = {
    "nine bytes of memo": (b"]r" + struct.pack("<I", LARGE), "leaves more|no tensors|a list"),
    "a memo that was not kept": (b"j" + struct.pack("<I", LARGE), "never kept"),
    "a long number": (b"\x8b" + struct.pack("<i", LARGE), "damaged pickle"),
    "a long number that is there": (b"\x8b" + struct.pack("<i", 10**6) + b"1" * 10**6, "LONG4"),
    "a negative length": (b"\x8b" + struct.pack("<i", -5), "damaged pickle"),
    "a text beyond the file": (b"X" + struct.pack("<I", LARGE), "damaged pickle"),
    "a text of 8 EB": (b"\x8d" + struct.pack("<Q", 2**63 - 1), "damaged pickle"),
    "a text of 16 EB": (b"\x8d" + struct.pack("<Q", 2**64 - 1), "damaged pickle"),
    "bytes of 8 EB": (b"\x8e" + struct.pack("<Q", 2**63 - 1), "damaged pickle"),
    "a bytearray of 8 EB": (b"\x96" + struct.pack("<Q", 2**63 - 1), "damaged pickle"),
    "a bytearray": (b"\x96" + struct.pack("<Q", 3) + b"abc", "BYTEARRAY8"),
    "a buffer from elsewhere": (b"\x97", "NEXT_BUFFER"),
    "a read-only buffer": (b"N\x98", "READONLY_BUFFER"),
    "a frame beyond the file": (b"\x95" + struct.pack("<Q", 2**62) + b"N", "frame"),
    "a frame a little beyond it": (b"\x95" + struct.pack("<Q", 60) + b"N", "frame"),
    "a frame that ends within an opcode": (b"\x95" + struct.pack("<Q", 1) + b"K\5N", "frame"),
    "a frame behind the end": (b"\x95" + struct.pack("<Q", 3) + b"N.N", "frame"),
    "a frame in a frame": (b"\x95" + struct.pack("<Q", 12) + b"N\x95" + bytes(8) + b"NN", "frame"),
    "a text as an identifier": (b"Pwhatever\n", "PERSID"),
    "an identifier that is a text": (text("storage") + b"Q", "no tuple"),
    "an identifier of nothing": (b")Q", "not of a storage"),
    "an extension": (b"\x82\x01", "EXT1"),
    "another extension": (b"\x84" + struct.pack("<i", 1), "EXT4"),
    "INST": (b"(ios\nsystem\n", "INST"),
    "OBJ": (b"(" + name_of("os", "system") + text("true") + b"o", "OBJ"),
    "DUP": (b"N2", "DUP"),
    "a number in letters": (b"I5\n", "INT"),
    "many digits": (b"L" + b"9" * 100_000 + b"L\n", "damaged pickle|LONG"),
    "a call of a shell": (SET_UP, "os.system"),
    "an object of a class": (name_of("subprocess", "Popen") + b")\x81", "subprocess.Popen"),
    "a call of a call": (SET_UP + b")R", "os.system"),
    "a class alone": (name_of("os", "system"), "os.system"),
    "a name put together": (text("os") + text("system") + b"\x93)R", "os.system"),
    "a name of numbers": (number(1) + number(2) + b"\x93", "no text"),
    "a name of 1 MB": (name_of("a" * 10**6, "b"), "longer than"),
    "a name that is no ASCII": ("cé\nb\n".encode(), "damaged pickle"),
    "a call of a number": (number(1) + b")R", "no function"),
    "a call without arguments": (name_of("os", "system") + b"NR", "no tuple"),
    "attributes of a list": (b"]}b", "attributes"),
    "attributes of a tensor": (WEIGHT + b"}b", "attributes"),
    "attributes that are no dictionary": (b"}]b", "attributes"),
    "items of a number": (number(1) + b"NNs", "no dictionary"),
    "an item without a value": (b"}(Nu", "no dictionary"),
    "appending to a set": (b"\x8fNa", "no list"),
    "items of a set": (b"\x8fNNs", "no dictionary"),
    "attributes of a set": (b"\x8f}b", "attributes"),
    "adding to a list": (b"](N\x90", "no set"),
    "appending to a dictionary": (b"}Na", "no list"),
    "taking from nothing": (b"a", "more than it has"),
    "taking a mark": (b"(\x85", "more than it has"),
    "a mark that is missing": (b"t", "more than it has"),
    "a mark that is left": (b"(N", "more than one"),
    "two results": (b"NN", "more than one"),
    "no result": (b"", "more than it has"),
    "an unknown opcode": (b"\xff", "damaged pickle"),
    "an unknown protocol": (b"\x80\x09N", "protocol 9"),
    "tuples in tuples": (TUPLES, "a tuple"),
    "a key of tuples in tuples": (b"}" + TUPLES + b"Ns", "a key that is none"),
    "a key that is a list": (b"}]Ns", "a key that is none"),
    "a key with a list in it": (b"}]\x85Ns", "a key that is none"),
    "lists in lists": (LISTS, "a list"),
    "too many steps": (b"N0" * FEW_STEPS, "steps"),
    "marks": (b"(" * (FEW_STEPS + 1), "steps"),
    "dictionaries": (b"(" + b"}" * FEW_STEPS, "steps"),
    "a key twice": (b"}(" + 2 * (text("a") + WEIGHT) + b"u", "twice"),
    "an OrderedDict of a number": (name_of("collections", "OrderedDict") + b"K\1\x85R", "no pairs"),
    "an OrderedDict of letters": (
        name_of("collections", "OrderedDict") + b"]" + text("ab") + b"a\x85R",
        "no pairs",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_pickle_is_refused(name, refused_cheaply, tmp_path):
    body, words = REFUSED[name]
    for path in in_both_forms(tmp_path, body):
        refused_cheaply(path)
        with pytest.raises(ValueError, match=words), open_state_dict(path):
            pass


def test_within_the_true_limits_memory_and_time_stay_small(tmp_path):
    bodies = {
        "dictionaries": b"(" + b"}" * 10**6,
        "tuples": b"}" + b")" + b"\x85" * 300_000 + b"Ns",
    }
    paths = [zip_file(tmp_path / f"{name}.pth", body) for name, body in bodies.items()]
    code = (
        "import sys, pathlib\n"
        "from gantei_export.pytorch_files.state_dict import open_state_dict\n"
        "for path in sys.argv[1:]:\n"
        "    try: open_state_dict(pathlib.Path(path)).__enter__()\n"
        "    except ValueError as error: print(error)\n"
        "print(open('/proc/self/status').read())"
    )
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell a process's own peak memory")
    command = [sys.executable, "-c", code, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "steps" in done.stdout and "a key that is none" in done.stdout
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert int(peak) < 500_000


def test_a_memo_doubled_seventy_times_is_not_spelled_out(refused_cheaply, tmp_path):
    body = b"]q\0" + b"".join(
        b"](h" + bytes([level]) + b"h" + bytes([level]) + b"eq" + bytes([level + 1])
        for level in range(70)
    )
    refused_cheaply(zip_file(tmp_path / "laughs.pth", b"(" + body + b"t"), "a tuple")


def test_pairs_that_are_given_again_and_again_are_counted(refused_cheaply, tmp_path):
    pairs = b"](" + b"".join(number(n) + b"N\x86" for n in range(200)) + b"eq\0" + b"0"
    calls = (name_of("collections", "OrderedDict") + b"h\0\x85R0") * 2000
    refused_cheaply(zip_file(tmp_path / "pairs.pth", pairs + calls + b"N"), "steps")


def test_a_list_and_a_dictionary_in_themselves_are_passed_over(read, tmp_path):
    ring = b"]q\1h\1a"
    dictionary_ring = b"}q\2" + text("self") + b"h\2s"
    body = dictionary(ring=ring, rings=dictionary_ring, model=dictionary(weight=WEIGHT))
    for path in in_both_forms(tmp_path, body):
        np.testing.assert_array_equal(read(path)["weight"], np.arange(6.0).reshape(2, 3))


def test_what_would_run_a_shell_is_passed_over_beside_a_state_dict(read, tmp_path):
    class Shell:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'hacked'}",)

    shell = pickle.dumps({"run": Shell()}, 2)[2:-1]
    body = dictionary(args=shell, state_dict=dictionary(weight=WEIGHT))
    for path in in_both_forms(tmp_path, body):
        assert list(read(path)) == ["weight"]
        with open_state_dict(path) as found:
            assert found.passed_over == ("args",)
    assert not (tmp_path / "hacked").exists()


def test_what_would_run_a_shell_is_refused_within_a_state_dict(refused, tmp_path):
    body = dictionary(weight=WEIGHT, other=SET_UP)
    for path in in_both_forms(tmp_path, body):
        refused(path, "other is no tensor", "os.system")


WRONG_TENSORS = {
    "beyond its storage": (tensor((2, 4)), "beyond the 6 numbers"),
    "behind its storage": (tensor((2, 3), offset=1), "beyond the 6 numbers"),
    "striding beyond it": (tensor((2, 3), strides=(4, 1)), "beyond the 6 numbers"),
    "a negative stride": (tensor((2,), strides=(-1,)), "size, a place or a stride"),
    "a negative offset": (tensor((2,), offset=-1), "size, a place or a stride"),
    "a negative side": (tensor((-2,), strides=(1,)), "size, a place or a stride"),
    "a side of 300 digits": (tensor((10**300,), strides=(1,)), "beyond 64 bits"),
    "a side that is a text": (
        tensor((2,)).replace(numbers((2,)), b"(" + text("2") + b"t", 1),
        "2 where a size",
    ),
    "more strides than sides": (tensor((6,), strides=(1, 1)), "the strides"),
    "nine sides": (tensor((1,) * 9), "at most 8"),
    "expanded to 4 GB": (tensor((2**30,), strides=(0,)), "more than a file of this size"),
    "empty and huge": (tensor((0, 2**40), strides=(1, 1)), "more than a file of this size"),
    "a storage of other size": (tensor((2, 3), count=7), "claims 28 bytes|7"),
    "a storage of another kind": (
        tensor((2, 3), kind="DoubleStorage"),
        "claims 48 bytes|truncated",
    ),
    "a storage that is no class": (
        tensor((2, 3)).replace(name_of("torch", "FloatStorage"), b"N", 1),
        "not of a storage",
    ),
    "a storage that is a class": (
        name_of("torch._utils", "_rebuild_tensor") + b"(N" + b"K\0))tR",
        "no storage",
    ),
    "too few arguments": (name_of("torch._utils", "_rebuild_tensor_v2") + b")R", "other arguments"),
    "a parameter of a number": (
        name_of("torch._utils", "_rebuild_parameter") + b"(K\1\x89)tR",
        "no tensor",
    ),
}


@pytest.mark.parametrize("name", WRONG_TENSORS)
def test_a_tensor_that_is_not_its_own_is_refused(name, refused_cheaply, tmp_path):
    made, words = WRONG_TENSORS[name]
    path = zip_file(tmp_path / "wrong.pth", dictionary(weight=made))
    refused_cheaply(path, "wrong.pth")
    with pytest.raises(ValueError, match=words), open_state_dict(path):
        pass


def test_a_storage_cannot_be_of_two_kinds(refused, tmp_path):
    body = dictionary(one=tensor((6,)), other=tensor((3,), count=3, kind="LongStorage"))
    refused(zip_file(tmp_path / "two.pth", body), "two storages")


def test_repeated_views_cannot_claim_any_number_of_bytes(refused_cheaply, tmp_path):
    storage = {"0": bytes(4 << 20)}
    views = {f"t{n}": tensor((1 << 20,), count=1 << 20) for n in range(5)}
    refused_cheaply(zip_file(tmp_path / "tied.pth", dictionary(**views), storage), "can mean")


def test_a_parameter_and_the_old_call_are_tensors(read, tmp_path):
    storage = b"(" + b"".join(
        (text("storage"), name_of("torch", "FloatStorage"), text("0"), text("cpu"), b"K\6tQ")
    )
    old = name_of("torch._utils", "_rebuild_tensor") + b"(" + storage + b"K\0K\6\x85K\1\x85tR"
    hooks = name_of("collections", "OrderedDict") + b")R"
    parameter = name_of("torch._utils", "_rebuild_parameter") + b"(" + old + b"\x88" + hooks + b"tR"
    found = read(zip_file(tmp_path / "old.pth", dictionary(old=old, parameter=parameter)))
    np.testing.assert_array_equal(found["old"], np.arange(6.0))
    np.testing.assert_array_equal(found["parameter"], np.arange(6.0))


def test_an_ordered_dict_of_python_2_is_read(read, tmp_path):
    pairs = b"](" + b"](U\6weight" + WEIGHT + b"ee"
    body = name_of("collections", "OrderedDict") + pairs + b"\x85R"
    assert list(read(zip_file(tmp_path / "python2.pth", body))) == ["weight"]


@pytest.mark.parametrize("name", ["a\nb", "\ud800", "\x1b[31m", "x" * 301])
def test_a_name_that_is_none_is_refused(name, refused, tmp_path):
    refused(zip_file(tmp_path / "name.pth", b"}" + text(name) + WEIGHT + b"s"), "is no name")


def test_names_beside_the_state_dict_are_printable_and_short(tmp_path):
    beside = {"a\nb": b"N", "\ud800": b"N", "x" * 9999: b"N"}
    body = dictionary(**beside, model=dictionary(weight=WEIGHT))
    with open_state_dict(zip_file(tmp_path / "names.pth", body)) as found:
        assert found.passed_over == (r"a\nb", r"\ud800", "x" * 80 + "…")


PREFIXES = [
    (("module.a", "module.b"), "module."),
    (("module.model.a", "module.model.b"), "module.model."),
    (("_orig_mod.a",), "_orig_mod."),
    (("module.a", "b"), ""),
    (("module.", "module.b"), ""),
    (("layers.a", "layers.b"), ""),
]


@pytest.mark.parametrize(("names", "prefix"), PREFIXES)
def test_a_prefix_of_all_names_is_taken_off_and_told(names, prefix, tmp_path):
    body = dictionary(**dict.fromkeys(names, WEIGHT))
    with open_state_dict(zip_file(tmp_path / "prefix.pth", body)) as found:
        assert found.prefix == prefix
        assert list(found.tensors) == [name.removeprefix(prefix) for name in names]


def test_a_dictionary_of_a_checkpoint_is_found_whatever_its_key(read, tmp_path):
    beside = {"scaler": dictionary(scale=b"K\1"), "empty": b"}", "3": WEIGHT}
    body = dictionary(**beside, age_network=dictionary(weight=WEIGHT))
    with open_state_dict(zip_file(tmp_path / "key.pth", body)) as found:
        assert found.entry == "age_network"
        assert found.passed_over == tuple(beside)


def test_an_entry_that_is_asked_for_has_to_be_there(tmp_path):
    path = zip_file(tmp_path / "entry.pth", dictionary(weight=WEIGHT))
    with pytest.raises(ValueError, match="no dictionary 'ema'; it has weight"):
        open_state_dict(path, "ema").__enter__()


def test_a_plain_pickle_is_refused_by_name(refused, tmp_path):
    path = tmp_path / "plain.pth"
    path.write_bytes(program(dictionary(weight=b"N")))
    refused(path, "a Python pickle that torch.save did not write")
