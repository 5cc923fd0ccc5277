"""The alerts of docs/deployment: promtool has each ring where it should, and not elsewhere."""

import json
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from ..processes import need_programs
from .metric_names import asked_for, documented

yaml = pytest.importorskip("yaml")

RULES = Path(__file__).parents[2] / "docs/deployment/prometheus-rules.yaml"
AT = '{job="gantei", instance="a:3000"'


class Case(NamedTuple):
    """Series, one sample per minute, by which an alert rings at a time; and by which it does not.

    A number stands for itself all the time, `0+3` for 0, 3, 6 and so on.
    """

    rings: dict[str, str]
    quiet: dict[str, str]
    at: str = "30m"
    labels: dict[str, str] | None = None
    value: str = ""


def rejected(reason):
    return f'gantei_rejections_total{AT}, reason="{reason}"}}'


def estimator(state, name="demo-age"):
    return f'gantei_estimator_state{AT}, estimator="{name}", state="{state}"}}'


def slow(seconds):
    """Requests that all take longer than so many seconds, and less than the next bound."""
    bucket = f'gantei_request_seconds_bucket{AT}, route="/v1/predict"'
    bounds = ("10.0", "30.0", "60.0", "+Inf")
    return {
        f'{bucket}, le="{bound}"}}': "0+6" if float(bound) > seconds else "0"
        for bound in bounds
    }  # fmt: skip


def which(weights):
    return {
        f'gantei_estimator_info{{job="gantei", instance="{at}", estimator="demo-age", '
        f'manifest="1", weights="{each}", calibration=""}}': "1"
        for at, each in zip(("a", "b"), weights, strict=True)
    }


def one(name, rings, quiet, **more):
    """A case of one metric."""
    series = f"{name}{AT}}}"
    return Case({series: rings}, {series: quiet}, **more)


def share(name, most, rings, quiet):
    return Case(
        {f"{name}{AT}}}": rings, f"{most}{AT}}}": "100"},
        {f"{name}{AT}}}": quiet, f"{most}{AT}}}": "100"},
    )  # fmt: skip


def reasons(*names, quiet):
    return Case({rejected(names[0]): "0+1"}, {rejected(names[0]): "7", rejected(quiet): "0+1"})


OF_ESTIMATOR = {"estimator": "demo-age"}
CASES = {
    "GanteiDown": one("up", "0", "1"),
    "GanteiEstimatorFailed": Case(
        {estimator("failed"): "1"}, {estimator("failed"): "0", estimator("ready"): "1"},
        labels=OF_ESTIMATOR | {"state": "failed"},
    ),
    "GanteiNotReady": Case(
        {estimator("checking"): "1"}, {estimator("checking"): "1x5 0x100"},
        labels=OF_ESTIMATOR | {"state": "checking"},
    ),
    "GanteiRestarts": one("process_start_time_seconds", "0+600", "0x20 900x200"),
    "GanteiFaults": reasons("inference-failed", quiet="busy"),
    "GanteiBusy": reasons("busy", quiet="body-too-large"),
    "GanteiSlow": Case(slow(30), slow(10)),
    "GanteiPhotographsUnusable": Case(
        {rejected("unusable-photograph"): "0+3", f"gantei_photographs_total{AT}}}": "0+10"},
        {rejected("unusable-photograph"): "0+1", f"gantei_photographs_total{AT}}}": "0+10"},
        at="90m", value="30%",
    ),
    "GanteiMemoryInUse": share(
        "gantei_memory_in_use_bytes", "gantei_memory_budget_bytes", "95", "85"
    ),
    "GanteiMemoryAbovePlan": share(
        "process_resident_memory_bytes", "gantei_memory_limit_bytes", "96", "94"
    ),
    "GanteiConnections": share("gantei_open_connections", "gantei_max_connections", "91", "90"),
    "GanteiOpenFiles": share("process_open_fds", "process_max_fds", "81", "80"),
    "GanteiTokensRefused": Case(
        {rejected("token-required"): "0+20"}, {rejected("token-required"): "0+5"}
    ),
    "GanteiReloadFailed": one("gantei_last_reload_successful", "0", "1"),
    "GanteiCertificateExpires": one(
        "gantei_certificate_expiry_timestamp_seconds", str(86400 * 10), str(86400 * 30),
        at="120m", value="9d 22h 0m 0s",
    ),
    "GanteiEstimatorsDiffer": Case(which("ab"), which("aa"), at="90m", labels=OF_ESTIMATOR),
    "GanteiLogLinesDropped": one("gantei_log_lines_dropped_total", "0+1", "7"),
    "GanteiSpansDropped": Case(
        {f'gantei_spans_dropped_total{AT}, reason="queue-full"}}': "0+1"},
        {f'gantei_spans_dropped_total{AT}, reason="queue-full"}}': "7"},
    ),
}  # fmt: skip
WITHOUT_INSTANCE = {"GanteiEstimatorsDiffer"}


def rules():
    (group,) = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def for_promtool(name, case, rings):
    """One test of promtool's."""
    rule = rules()[name]
    own = {"job": "gantei"} | ({} if name in WITHOUT_INSTANCE else {"instance": "a:3000"})
    told = own | (case.labels or {})
    annotations = {}
    for key, text in rule["annotations"].items():
        labelled = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: told[found[1]], text)
        annotations[key] = re.sub(r"\{\{ \$value [^}]*\}\}", case.value, labelled)
    expected = {"exp_labels": told | rule["labels"], "exp_annotations": annotations}
    series = case.rings if rings else case.quiet
    return {
        "name": f"{name}, {'rings' if rings else 'quiet'}",
        "interval": "1m",
        "input_series": [{"series": key, "values": written(text)} for key, text in series.items()],
        "alert_rule_test": [
            {"eval_time": case.at, "alertname": name, "exp_alerts": [expected] if rings else []}
        ],
    }


def written(text):
    return text if "x" in text else f"{text}x200"


def promtool(tmp_path, tests):
    file = tmp_path / "tests.yaml"
    content = {"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}
    file.write_text(json.dumps(content), "utf-8")  # JSON is YAML
    return subprocess.run(
        ["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False
    )


def test_each_alert_rings_where_it_should_and_not_elsewhere(tmp_path):
    need_programs("promtool")
    assert CASES.keys() == rules().keys()
    both = [
        for_promtool(name, case, rings) for name, case in CASES.items() for rings in (True, False)
    ]
    done = promtool(tmp_path, both)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_case_that_is_wrong_is_found(tmp_path):
    need_programs("promtool")
    case = CASES["GanteiBusy"]
    assert promtool(
        tmp_path, [for_promtool("GanteiBusy", case._replace(rings=case.quiet), True)]
    ).returncode
    assert promtool(
        tmp_path, [for_promtool("GanteiBusy", case._replace(quiet=case.rings), False)]
    ).returncode


def test_the_alerts_ask_for_metrics_that_are_served():
    for name, rule in rules().items():
        asked = asked_for(rule["expr"])
        assert asked or "up{" in rule["expr"]
        assert asked <= documented(), name
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"].keys() == {"summary", "summary_ja", "description"}


def test_promtool_has_nothing_to_say_of_the_files():
    need_programs("promtool")
    command = ["promtool", "check", "rules", str(RULES)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
