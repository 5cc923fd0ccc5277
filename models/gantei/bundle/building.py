"""`make_bundle`: fills a folder, writes down the sum of every file, and lets it appear."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from ..calibrations.calibration_copies import copy_calibration
from ..calibrations.calibration_store import find_calibration
from ..calibrations.chosen_sites import chosen_sites
from ..card import card
from ..card.markdown import cell
from ..catalogue.entries import Entry, find_installed
from ..errors import GanteiError, OutputError, SettingError, WeightsError
from ..system.files import exclusive_lock, sha256_of
from ..system.offline import refuse_offline
from ..system.version import __version__
from ..terminal.progress import step
from .checkout import CARRIED, deployment_folder, requirements_file
from .components import components
from .parts import LARGEST_PART, write_parts
from .targets import Requirement, Target, read_requirements
from .wheels import download, own_wheel, pinned_lines

SUMS = "SHA256SUMS"
LONGEST_BUILD = 4 * 3600.0
"""Seconds to wait for another process that makes the same bundle."""


@dataclass(frozen=True)
class BundleOptions:
    """What to put into a bundle: estimators by name or folder, the machines, and the runtime.

    `calibrations` are as `chosen_sites` takes them; none goes along unless it is named.
    """

    names: tuple[str, ...]
    targets: tuple[Target, ...]
    calibrations: tuple[str, ...] = ()
    gpu: bool = False
    zipped: bool = False
    terms_accepted: bool = False
    requirements: Path | None = None
    """Another list of exact versions than gantei's own."""


@dataclass(frozen=True)
class CarriedEstimator:
    """An estimator of a bundle, and its calibration there: where to find it, and its site."""

    entry: Entry
    calibration: str = ""
    site: str = ""


@dataclass(frozen=True)
class Bundle:
    """A finished bundle: its files, their bytes, and the sha256 of `SHA256SUMS`."""

    folder: Path
    files: int
    bytes: int
    digest: str


def make_bundle(options: BundleOptions, out: Path) -> Bundle:
    """Make the bundle `out`, a folder that appears complete and by one rename.

    With `options.zipped` it holds archives of at most 4 GB in place of the files themselves. The
    same options, gantei and estimators give the same bytes.

    Raises:
        OfflineError: `GANTEI_OFFLINE` is set.
        NotInstalledError, UnknownEstimatorError: an estimator is not here.
        SettingError: the terms of an estimator do not say that it may be passed on, and
            `terms_accepted` is not set; or two estimators have one name.
        TransferError: a wheel could not be had.
        WeightsError: an estimator's weights are not those of its manifest.
        CalibrationError, SignatureError: a calibration cannot be used here.
        OutputError: `out` is there already, or cannot be written.
    """
    refuse_offline("make the bundle where the package registry is within reach, and carry it here")
    entries = [find_installed(name)[0] for name in dict.fromkeys(options.names)]
    _refuse(entries, options)
    carried = _with_calibrations(entries, options.calibrations)
    source = options.requirements or requirements_file(gpu=options.gpu)
    requirements = read_requirements(source.read_text("utf-8"), source.name)
    with _appearing(out) as folder:
        if not options.zipped:
            _fill(folder, options, carried, requirements)
        else:
            inner = folder / f"gantei-{__version__}-bundle"
            inner.mkdir()
            _fill(inner, options, carried, requirements)
            with step("packing it into archives"):
                write_parts(inner, folder, LARGEST_PART)
            shutil.rmtree(inner)
            _write_sums(folder)
        sizes = [path.stat().st_size for path in _files(folder)]
        digest = sha256_of(folder / SUMS)
    return Bundle(out, len(sizes), sum(sizes), digest)


def _refuse(entries: Sequence[Entry], options: BundleOptions) -> None:
    if len({entry.name for entry in entries}) < len(entries):
        raise SettingError("two estimators of one name: their folders would be one")
    unsaid = [entry for entry in entries if not entry.manifest.source.may_be_passed_on]
    if unsaid and not options.terms_accepted:
        terms = "; ".join(
            f"{entry.name}: {entry.manifest.source.redistribution} ({entry.manifest.source.terms})"
            for entry in unsaid
        )
        raise SettingError(
            f"it is not said that these may be passed on: {terms}. Carrying them inside your "
            "own organisation is your decision: read the terms, then say --terms-accepted"
        )


def _with_calibrations(
    entries: Sequence[Entry], calibrations: Sequence[str]
) -> tuple[CarriedEstimator, ...]:
    chosen = chosen_sites(calibrations, [entry.name for entry in entries])
    carried = []
    for entry in entries:
        if (given := chosen.get(entry.name)) and (weights := entry.manifest.weights):
            site = find_calibration(given, entry.name, weights.sha256).site
            carried.append(CarriedEstimator(entry, given, site))
        else:
            carried.append(CarriedEstimator(entry))
    return tuple(carried)


@contextmanager
def _appearing(out: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `out` when the block ends well, and else is removed."""
    # `resolve`: "." and "bundle/.." have no name to write beside.
    out = out.resolve()
    busy = f"another process is making {out}; try again"
    with exclusive_lock(out.parent / f".{out.name}.lock", LONGEST_BUILD, busy):
        prefix = f".{out.name}.incoming-"
        try:
            for left in out.parent.glob(f"{prefix}*"):  # of a build that was killed
                shutil.rmtree(left)
            if os.path.lexists(out):
                raise OutputError(f"{out} is there already; choose another --out")
            incoming = Path(tempfile.mkdtemp(prefix=prefix, dir=out.parent))
            try:
                yield incoming
                incoming.chmod(0o755)
                incoming.rename(out)
            finally:
                shutil.rmtree(incoming, ignore_errors=True)
        except OSError as error:
            if isinstance(error, GanteiError):
                raise
            raise OutputError(f"{out}: cannot be made: {error.strerror or error}") from error


def _fill(
    folder: Path,
    options: BundleOptions,
    carried: Sequence[CarriedEstimator],
    requirements: Sequence[Requirement],
) -> None:
    entries = [each.entry for each in carried]
    for each in carried:  # first: what is wrong with them shows before the long download
        entry = each.entry
        with step(f"copying {entry.name}"):
            _copy_estimator(entry, folder / "estimators" / entry.name)
            if each.site:
                place = folder / "calibrations" / entry.name / each.site
                copy_calibration(each.calibration, entry.manifest, place)
        _write(folder / "cards" / f"{entry.name}.md", card(entry.manifest))
    wheels = folder / "wheels"
    wheels.mkdir()
    download(requirements, options.targets, wheels)
    own = own_wheel(wheels)
    _write(folder / "requirements.txt", pinned_lines(requirements, wheels, own))
    _write(folder / "components.cdx.json", components(wheels, [each.manifest for each in entries]))
    _write(folder / "bundle.json", _json(_described(options, carried)))
    for name in ("verify.py", "install.py"):
        _write(folder / name, (CARRIED / name).read_text("utf-8"))
    for name in ("README.md", "README.ja.md"):
        text = Template((CARRIED / name).read_text("utf-8"))
        _write(folder / name, text.substitute(_blanks(options, carried)))
    _copy(deployment_folder(), folder / "deployment")
    _write_sums(folder)


def _copy_estimator(entry: Entry, into: Path) -> None:
    _copy(entry.folder, into)
    weights = entry.manifest.weights
    if weights and sha256_of(into / weights.file) != weights.sha256:
        raise WeightsError(
            f"{entry.folder / weights.file}: its sha256 is not the manifest's; install it anew"
        )


def _copy(folder: Path, into: Path) -> None:
    into.mkdir(parents=True)
    for path in sorted(folder.rglob("*")):
        target = into / path.relative_to(folder)
        if path.is_symlink() or not (path.is_dir() or path.is_file()) or "\n" in path.name:
            raise OutputError(f"{path} is not a plain file; a bundle carries nothing else")
        if path.is_dir():
            target.mkdir()
        else:
            shutil.copyfile(path, target)


def _described(options: BundleOptions, carried: Sequence[CarriedEstimator]) -> dict[str, object]:
    return {
        "format": 1,
        "gantei": __version__,
        "runtime": "gpu" if options.gpu else "cpu",
        "platforms": list(dict.fromkeys(target.platform for target in options.targets)),
        "pythons": list(dict.fromkeys(target.python for target in options.targets)),
        "estimators": {each.entry.name: each.entry.state for each in carried},
        "calibrations": {each.entry.name: each.site for each in carried if each.site},
    }


def _blanks(options: BundleOptions, carried: Sequence[CarriedEstimator]) -> dict[str, str]:
    facts = _described(options, carried)
    entries = [each.entry for each in carried]
    rows = [
        f"| `{entry.name}` | {cell(f'{entry.manifest.title} / {entry.manifest.title_ja}')} "
        f"| {entry.state} | {cell(entry.manifest.source.terms)} "
        f"| {cell(entry.manifest.source.redistribution)} |"
        for entry in entries
    ]
    sites = ", ".join(f"{each.entry.name}: {each.site}" for each in carried if each.site)
    return {
        "version": __version__,
        "runtime": "GPU (NVIDIA, CUDA 13)" if options.gpu else "CPU",
        "platforms": ", ".join(facts["platforms"]),  # type: ignore[arg-type]
        "pythons": ", ".join(facts["pythons"]),  # type: ignore[arg-type]
        "python": options.targets[0].python,
        "first": entries[0].name,
        "estimators": "\n".join(rows),
        "calibrations": sites or "–",
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write_sums(folder: Path) -> None:
    """Write `SHA256SUMS` as `sha256sum --check` reads it, a line for every other file."""
    with step("writing down the sum of every file"):
        lines = [
            f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in _files(folder)
        ]
    _write(folder / SUMS, "".join(lines))
