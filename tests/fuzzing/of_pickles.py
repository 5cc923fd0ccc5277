"""Changes of what `torch.save` wrote: opcodes, their arguments, storages, and the order of all."""

import io
import pickle
import pickletools
import struct
import zipfile
from functools import cache
from pathlib import Path

GENUINE = Path(__file__).parents[1] / "export" / "pytorch_files" / "data"
MAGIC = 0x1950A86A20F9469CFC6C
_NUMBERS = (0, 1, 2, 3, 4, 5, 6, 12, 24, 255, 256, 65535, 2**31 - 1)
_HUGE = (-1, -(2**31), 2**31, 2**40, 2**63 - 1, 2**64, 2**300)
_NAMES = (
    *("torch FloatStorage", "torch LongStorage", "torch BFloat16Storage", "torch QInt8Storage"),
    *("torch.storage UntypedStorage", "torch.storage TypedStorage", "torch BoolStorage"),
    *("torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2", "torch Size"),
    *("torch._utils _rebuild_parameter", "torch._utils _rebuild_tensor_v3", "torch device"),
    *("torch._utils _rebuild_sparse_tensor", "collections OrderedDict", "collections Counter"),
    *("os system", "builtins eval", "builtins getattr", "torch.nn.modules.linear Linear"),
    *("torch.load load", "torch float32", "operator itemgetter", "numpy.core.multiarray scalar"),
)
_TEXTS = ("0", "1", "7", "storage", "module", "cpu", "cuda:0", "weight", "state_dict", "model", "")
_TOKENS = (
    *(b"N", b"\x88", b"\x89", b")", b"]", b"}", b"(", b"\x8f", b"t", b"\x85", b"\x86", b"\x87"),
    *(b"a", b"e", b"s", b"u", b"0", b"1", b"2", b"R", b"b", b"Q", b"\x81", b"\x92", b"\x93"),
    *(b"\x94", b"q\0", b"q\1", b"h\0", b"h\1", b"h\7", b"j\1\0\0\0", b"r\xff\xff\xff\xff", b"."),
    *(b"r\xff\xff\xff\x7f", b"\x8b\xff\xff\xff\x7f", b"\x8d" + b"\xff" * 7 + b"\x7f", b"\x97"),
    *(b"\x98", b"\x82\1", b"ios\nsystem\n", b"o", b"Px\n", b"I1\n", b"L1L\n", b"V1\n", b"F1\n"),
    *(b"\x95\xff\0\0\0\0\0\0\0", b"\x95" + b"\0" * 8, b"\x80\2", b"\x80\5", b"\x80\xff", b"\x91"),
    *(
        b"\x90",
        b"C\1x",
        b"U\1x",
        b"\x8c\1x",
        b"\x96\1\0\0\0\0\0\0\0x",
        b"G" + b"\0" * 8,
        b"d",
        b"l",
    ),
)


@cache
def files():
    """Return the bytes of the genuine files by name."""
    paths = [*GENUINE.glob("*.pth"), *GENUINE.glob("*.safetensors"), *GENUINE.glob("refused/*.*")]
    return {path.name: path.read_bytes() for path in sorted(paths)}


class Program:
    """A pickle as a list of opcodes, with the storages that it names: {key: [count, bytes]}."""

    def __init__(self, random):
        names = [name for name in files() if name.endswith(".pth")]
        often = [0.2 if (GENUINE / "refused" / name).exists() else 1 for name in names]
        self.name = random.choices(names, often)[0]
        self.program, self.storages = taken_apart(self.name)
        self.old = random.random() < 0.4
        self.little, self.tail, self.keys = True, b"", None

    def change(self, random):
        """Make one to four changes."""
        for _ in range(random.choice((1, 1, 2, 2, 4))):
            change = random.choices(list(_CHANGES), list(_CHANGES.values()))[0]
            if self.program:
                change(self, random)

    def write(self, folder, random):
        """Write the file, mostly in the form that its identifiers of storages have."""
        path = folder / "input.pth"
        data = b"".join(self.program)
        if "-old" in self.name or (self.old and random.random() < 0.05):
            path.write_bytes(self._old(data))
            return path
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("input/data.pkl", data)
            archive.writestr("input/byteorder", b"little" if self.little else b"big")
            for key, (_, held) in self.storages.items():
                archive.writestr(f"input/data/{key}", held)
            archive.writestr("input/version", b"3\n")
        return path

    def _old(self, data):
        facts = {"protocol_version": 1001, "little_endian": self.little}
        keys = list(self.storages) if self.keys is None else self.keys
        head = b"".join(pickle.dumps(each, 2) for each in (MAGIC, 1001, facts))
        body = b"".join(struct.pack("<q", count) + held for count, held in self.storages.values())
        return head + data + pickle.dumps(keys, 2) + body + self.tail


def taken_apart(name):
    """Return a genuine file's pickle as opcodes, and its storages: [count, bytes] by key."""
    program, storages = _taken_apart(files()[name])
    return list(program), {key: list(held) for key, held in storages.items()}


@cache
def _taken_apart(data):
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            (program,) = [archive.read(name) for name in names if name.endswith("data.pkl")]
            held = {
                name.rpartition("/")[2]: archive.read(name) for name in names if "/data/" in name
            }
        return tokens(program), {key: [0, each] for key, each in held.items()}
    file = io.BytesIO(data)
    for _ in range(3):
        pickle.load(file)
    start = file.tell()
    end = max(at for _, _, at in pickletools.genops(file)) + 1
    keys = pickle.load(file)
    program, storages = tokens(data[start:end]), {}
    sizes = _sizes(data[start:end])
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        storages[key] = [count, file.read(count * sizes[key])]
    return program, storages


def tokens(program):
    """Cut a pickle into its opcodes with their arguments."""
    places = [place for _, _, place in pickletools.genops(program)]
    return [program[one:other] for one, other in zip(places, [*places[1:], None], strict=True)]


_ITEM_SIZES = {"Double": 8, "Long": 8, "Float": 4, "Int": 4, "Half": 2, "BFloat16": 2, "Short": 2}


def _sizes(program):
    """Return the bytes of an item of each storage: a class, its key and its place follow."""
    sizes, kind, memo, before = {}, None, {}, None
    for opcode, number, _ in pickletools.genops(program):
        if opcode.name in ("BINPUT", "LONG_BINPUT"):
            memo[number] = before
            continue
        argument = memo.get(number) if opcode.name in ("BINGET", "LONG_BINGET") else number
        if isinstance(argument, str) and argument.startswith("torch ") and "Storage" in argument:
            kind = argument[6:-7]
        elif kind and isinstance(argument, str):
            sizes[argument], kind = _ITEM_SIZES.get(kind, 1), None
        before = argument
    return sizes


def _number(value):
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if 0 <= value < 65536:
        return b"M" + struct.pack("<H", value)
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def _text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _where(made, random, starts):
    places = [place for place, token in enumerate(made.program) if token[:1] in starts]
    return random.choice(places) if places else random.randrange(len(made.program))


def _other_number(made, random):
    place = _where(made, random, (b"K", b"M", b"J"))
    made.program[place] = _number(random.choice(random.choice((_NUMBERS, _NUMBERS, _HUGE))))


def _exchange_numbers(made, random):
    one = _where(made, random, (b"K", b"M"))
    other = min(one + random.choice((1, 1, 2, 3)), len(made.program) - 1)
    made.program[one], made.program[other] = made.program[other], made.program[one]


def _other_name(made, random):
    place = _where(made, random, (b"c",))
    made.program[place] = b"c" + random.choice(_NAMES).replace(" ", "\n").encode() + b"\n"


def _other_text(made, random):
    place = _where(made, random, (b"X", b"\x8c"))
    keys = list(made.storages)
    made.program[place] = _text(random.choice((*_TEXTS, *keys[:3])))


def _other_memo(made, random):
    place = _where(made, random, (b"h", b"q"))
    made.program[place] = made.program[place][:1] + bytes([random.randrange(80)])


def _drop(made, random):
    place = random.randrange(len(made.program))
    del made.program[place : place + random.choice((1, 1, 2, 5))]


def _insert(made, random):
    made.program.insert(random.randrange(len(made.program)), random.choice(_TOKENS))


def _replace(made, random):
    made.program[random.randrange(len(made.program))] = random.choice(_TOKENS)


def _repeat(made, random):
    start = random.randrange(len(made.program))
    part = made.program[start : start + random.choice((1, 2, 8, 40))]
    place = random.choice((start, random.randrange(len(made.program))))
    made.program[place:place] = part * random.choice((1, 1, 1, 2, 50))


def _splice(made, random):
    other, storages = taken_apart(random.choice(_programs()))
    start = random.randrange(len(other))
    place = random.randrange(len(made.program))
    made.program[place:place] = other[start : start + random.choice((1, 10, 60))]
    for key, held in storages.items():
        made.storages.setdefault(key, held)


@cache
def _programs():
    return [name for name in files() if name.endswith(".pth")]


def _nest(made, random):
    deep = random.choice((3, 100, 1000))
    place = random.randrange(len(made.program))
    made.program[place:place] = random.choice(
        (
            [b")"] + [b"\x85"] * deep,
            [b"]"] * deep + [b"a"] * (deep - 1),
            [b"("] * deep,
            [b"}"] * deep,
        )
    )


def _other_storage(made, random):
    if not made.storages:
        return
    key = random.choice(list(made.storages))
    count, held = made.storages[key]
    made.storages[key] = random.choice(
        (
            [count, held[:-1]],
            [count, held + bytes(4)],
            [count + 1, held],
            [random.choice((*_NUMBERS, -1, 2**62)), held],
            [count, random.randbytes(len(held))],
            [count, b""],
        )
    )


def _drop_storage(made, random):
    if made.storages:
        del made.storages[random.choice(list(made.storages))]


def _rename_storage(made, random):
    if made.storages:
        key = random.choice(list(made.storages))
        made.storages[random.choice(("0", "1", "x", "../data.pkl"))] = made.storages.pop(key)


def _around(made, random):
    made.little = random.random() < 0.7
    made.tail = random.choice((b"", b"x", bytes(8)))
    keys = list(made.storages)
    made.keys = random.choice((None, keys[::-1], keys + keys[:1], keys[1:], "x", [1], {}))


_CHANGES = {
    _other_number: 10,
    _exchange_numbers: 4,
    _other_name: 4,
    _other_text: 4,
    _other_memo: 3,
    _drop: 3,
    _insert: 4,
    _replace: 3,
    _repeat: 2,
    _splice: 2,
    _nest: 1,
    _other_storage: 3,
    _drop_storage: 1,
    _rename_storage: 1,
    _around: 1,
}
