"""What is imported is declared in pyproject.toml, where it is imported, and nothing else is."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from .sources import TOP, tree_of

PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
PACKAGES = {
    "gantei": (
        "models/gantei",
        ("cpu", "gpu", "dicom", "heif", "parquet", "ray", "sign", "storage", "study", "xlsx"),
    ),
    "gantei_export": (
        "export/gantei_export",
        ("cpu", "gpu", "convert", "sign", "study", "tensorflow", "torch", "flower"),
    ),
    "gantei_service": ("service/gantei_service", ("service", "grpc", "tracing")),
}
"""Where each package stands, and the extras that it may import beside the base dependencies."""
OURS = {*PACKAGES, "tests", "gantei_client"} | {
    path.stem for folder in ("tests", "benchmarks") for path in (TOP / folder).rglob("*")
}
"""Our packages, the one that tests generate, and scripts, which import what stands beside them."""
CALLED_OTHERWISE = {
    "google": "protobuf",
    "google.auth": "google-auth",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "openjpeg": "pylibjpeg-openjpeg",
    "jpeg_ls": "pyjpegls",
    "gdcm": "python-gdcm",
    "cv2": "opencv-python-headless",
    "cyclonedx": "cyclonedx-python-lib",
    "opentelemetry.exporter": "opentelemetry-exporter-otlp-proto-common",
    "opentelemetry.proto": "opentelemetry-exporter-otlp-proto-common",  # what both need
    "opentelemetry.sdk": "opentelemetry-sdk",
    "opentelemetry.trace": "opentelemetry-sdk",
    "sklearn": "scikit-learn",
    "xdist": "pytest-xdist",
    "yaml": "pyyaml",
}
"""Distributions whose modules have another name, or share one."""


def names_of(requirements: Iterable[object]) -> set[str]:
    """The distributions that requirements name, as package indexes spell them."""
    texts = (each for each in requirements if isinstance(each, str))
    return {spelt(re.match(r"[\w.-]+", text)[0]) for text in texts}


def spelt(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


BASE = names_of(PROJECT["project"]["dependencies"])


IF_THERE = {"botocore", "google-auth", "pandas"}
"""What no extra has, and is used where a caller has it: by `Evaluation.frame`, for credentials."""


def imported_by(folder: Path) -> dict[str, Path]:
    """The distributions that the modules below a folder import, and a module that does."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.Import(names=names):
                    modules = [alias.name for alias in names]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case _:
                    continue
            for module in modules:
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in OURS:
                    found.setdefault(spelt(_distribution(module)), path)
    return found


def _distribution(module: str) -> str:
    top, second = (*module.split("."), "")[:2]
    return CALLED_OTHERWISE.get(f"{top}.{second}", CALLED_OTHERWISE.get(top, top))


def docstring_of(path: Path) -> str:
    return ast.get_docstring(tree_of(path)) or ""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_import_of_a_package_is_declared_where_it_belongs(package):
    place, extras = PACKAGES[package]
    declared = BASE.union(*(names_of((EXTRAS | GROUPS)[extra]) for extra in extras))
    found = imported_by(TOP / place)
    assert found, "nothing was looked at"
    missing = {name: str(path.relative_to(TOP)) for name, path in found.items()}
    for name in declared | IF_THERE:
        missing.pop(name, None)
    assert not missing, f"declare them in pyproject.toml: [project] or {', '.join(extras)}"


@pytest.mark.parametrize("folder", ["tests", "benchmarks"])
def test_every_import_of_a_test_or_a_benchmark_is_declared_or_asked_for(folder):
    declared = BASE.union(*map(names_of, [*EXTRAS.values(), *GROUPS.values()]))
    found = imported_by(TOP / folder)
    assert found.keys() & declared, "nothing was looked at"
    missing = {
        name: str(path.relative_to(TOP))
        for name, path in found.items()
        if name not in declared and not re.search(rf"pip install {name}\b", docstring_of(path))
    }
    assert not missing, "declare them in a group, or let the docstring say: pip install NAME"


def test_no_dependency_is_declared_that_nothing_imports():
    used = set().union(*(imported_by(TOP / place) for place, _ in PACKAGES.values()))
    declared = BASE.union(*map(names_of, EXTRAS.values()))
    assert declared - used == {"onnxruntime-gpu"}  # the same module as onnxruntime's
