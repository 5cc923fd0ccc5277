"""What `import gantei` costs: it is also in programs that only ask what is installed."""

import subprocess
import sys


def test_importing_gantei_imports_what_it_must_and_no_more():
    code = "import sys; before = {*sys.modules}; import gantei; print(*{*sys.modules} - before)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    new = {*done.stdout.split()}
    assert {name for name in new if name.startswith("gantei")} == {
        "gantei", "gantei.inference", "gantei.inference.onnx_runtime", "gantei.system",
        "gantei.system.offline", "gantei.system.version",
    }  # fmt: skip
    # Each of these brings a dozen others; gantei.findings takes all of them.
    assert not new & {"dataclasses", "inspect", "json", "pathlib", "string"}
