"""The rooms of the house: who may import whom, and what an import costs."""

import ast
import graphlib
import subprocess
import sys

import pytest

from .sources import PACKAGES, TOP, imports_between_modules, modules, tree_of

MAY_IMPORT = {
    "gantei": {"gantei"},
    "gantei_export": {"gantei_export", "gantei"},
    "gantei_service": {"gantei_service", "gantei"},
}
LAYERS = {
    "gantei": [
        "findings",
        "errors",
        "system",
        "terminal",
        "table_files",
        "manifests",
        "photographs",
        "storage",
        "explanations",
        "inference",
        "catalogue",
        "signing",
        "calibrations",
        "estimator",
        "card",
        "wire",
        "pull",
        "remote",
        "publish",
        "study",
        "ray",
        "statistics",
        "labels",
        "merging",
        "plots",
        "evaluation",
        "pages",
        "report",
        "calibrating",
        "age_gap",
        "records",
        "imputation",
        "misclassification",
        "sheets",
        "bundle",
        "demo",
        "commands",
        "command_line",
    ],
    "gantei_export": [
        "refusals",
        "manifest_draft",
        "untrusted",
        "onnx_graph",
        "adopted_graphs",
        "keras_networks",
        "keras_layers",
        "architectures",
        "keras_files",
        "pytorch_files",
        "file_kinds",
        "keras_conversion",
        "pytorch_networks",
        "verification",
        "onnx_files",
        "with_tensorflow",
        "estimator_folder",
        "importing",
        "changing",
        "settling",
        "optimisation",
        "learning",
        "adapting",
        "fine_tuning",
        "adaptation",
        "federating",
        "federating_with_flower",
        "training",
        "commands",
    ],
    "gantei_service": [
        "asgi",
        "accept_header",
        "origins",
        "settings",
        "log_writer",
        "request_trace",
        "logs",
        "problems",
        "metrics",
        "span_sender",
        "span_tracer",
        "tokens",
        "who_asks",
        "inflating",
        "request_body",
        "memory_plan",
        "service_memory",
        "response_sender",
        "guard",
        "pool",
        "batching",
        "tls",
        "certificate_expiry",
        "served_certificate",
        "free_memory",
        "measured_memory",
        "loaded",
        "context",
        "state_metrics",
        "reloading",
        "calibrated_members",
        "photograph_job",
        "dispatch",
        "photograph_lines",
        "predict_request",
        "inference_json",
        "open_protocol",
        "model_index",
        "tensors",
        "request_schemas",
        "described_examples",
        "openapi",
        "docs_page",
        "bentoml_schema",
        "routes",
        "h11_patterns",
        "app",
        "connections",
        "grpc_port",
        "hangups",
        "server",
        "bento",
        "bentoml_internals",
        "service",
        "commands",
    ],
}
"""The rooms of a package from the bottom to the top: each imports itself and those before it."""
LONGEST_FUNCTION = 60
HEAVY = {
    "bentoml",
    "cryptography",
    "h5py",
    "httpx",
    "huggingface_hub",
    "matplotlib",
    "onnx",
    "onnxruntime",
    "openpyxl",
    "pandas",
    "pyarrow",
    "ray",
    "scipy",
    "sklearn",
    "tensorflow",
    "tf_keras",
}


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("room", PACKAGES)
def test_arrows_run_from_service_and_export_to_models(room):
    for path in PACKAGES[room].rglob("*.py"):
        rooms = imported(tree_of(path)) & PACKAGES.keys()
        assert rooms <= MAY_IMPORT[room], path


def room_of(module):
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("package", LAYERS)
def test_every_room_stands_in_a_layer(package):
    rooms = {room_of(module) for module in modules(package)} - {"", "__main__"}
    assert rooms == {*LAYERS[package]}, f"LAYERS[{package!r}] lists the rooms from the bottom up"


@pytest.mark.parametrize("package", LAYERS)
def test_no_import_runs_up_not_even_inside_a_function_or_for_types(package):
    height = {room: number for number, room in enumerate(LAYERS[package])}
    up = [
        f"{module} imports {imported}, which stands above it"
        for module, taken in imports_between_modules(package).items()
        for imported in sorted(taken)
        if height.get(room_of(imported), -1) > height.get(room_of(module), len(height))
    ]
    assert not up, "\n".join(up)


@pytest.mark.parametrize("package", LAYERS)
def test_no_modules_import_each_other_in_a_circle(package):
    try:
        graphlib.TopologicalSorter(imports_between_modules(package)).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_importing_gantei_imports_nothing_heavy():
    assert not modules_after("import gantei") & (HEAVY | {"pydantic", "PIL", "tqdm"})


@pytest.mark.parametrize(
    "path", sorted((TOP / "models/gantei").rglob("*.py")), ids=lambda path: path.stem
)
def test_no_module_of_the_library_imports_a_heavy_dependency_on_its_own_import(path):
    top_level = ast.Module(
        [node for node in ast.parse(path.read_text("utf-8")).body if not isinstance(node, ast.If)],
        [],
    )
    for node in list(ast.walk(top_level)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = []
    assert not imported(top_level) & HEAVY


def test_onnx_runtime_is_imported_in_one_place():
    folders = [*PACKAGES.values(), TOP / "benchmarks", TOP / "tests/fuzzing"]
    importing = {
        str(path.relative_to(TOP))
        for folder in folders
        for path in folder.rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import) and node.names[0].name == "onnxruntime"
    }
    # The servers of a benchmark have the environment of the benchmark, which imports gantei.
    assert importing == {"models/gantei/inference/onnx_runtime.py", "benchmarks/servers/network.py"}


def test_every_public_name_is_there():
    import gantei.errors

    missing = [name for name in gantei.__all__ if not hasattr(gantei, name)]
    errors = {name for name in vars(gantei.errors) if name.endswith("Error")}
    assert missing == []
    assert errors <= {*gantei.__all__}


def test_help_imports_no_validation_and_no_pictures():
    code = (
        "import sys, contextlib, io\n"
        "from gantei.command_line import parser\n"
        "text = parser().format_help()\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & (HEAVY | {"pydantic", "PIL", "tqdm", "numpy"})


def test_every_file_answers_one_question_in_about_250_lines():
    long = {
        str(path.relative_to(TOP)): lines
        for folder in PACKAGES.values()
        for path in folder.rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long


def test_no_function_is_longer_than_60_lines():
    long = {
        f"{path.relative_to(TOP)}: {node.name}"
        for package in PACKAGES
        for path in modules(package).values()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    }
    assert not long
