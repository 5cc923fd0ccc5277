import logging
from pathlib import Path

import pytest

from gantei.command_line import main
from gantei.errors import SettingError

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def told(**environment):
    from gantei_service.settings import from_environment

    return from_environment({f"GANTEI_SERVE_{key}": value for key, value in environment.items()})


def test_bentoml_is_told_the_settings_by_the_environment():
    settings = told(
        WITH="demo-age, demo-sex", DEVICE="cpu", WORKERS="3", TOKEN_FILE="t", INSECURE="1",
        BODY_LIMIT="5", BATCH="8", CALIBRATION="clinic, demo-sex=ward-3", MEMORY="900",
    )  # fmt: skip
    assert settings.estimators == ("demo-age", "demo-sex")
    assert settings.calibrations == ("clinic", "demo-sex=ward-3")
    assert (settings.device, settings.workers, settings.body_limit) == ("cpu", 3, 5_000_000)
    assert settings.batch == 8
    assert settings.memory == 900_000_000
    assert (settings.token_file, settings.insecure) == (Path("t"), True)


def test_an_empty_environment_asks_for_the_safe_defaults():
    from gantei_service.settings import Settings

    assert told() == Settings()
    assert (told().insecure, told().token_file, told().body_limit) == (False, None, 64_000_000)


@pytest.mark.parametrize(
    "environment",
    [
        {"DEVICE": "tpu"},
        {"WORKERS": "0"},
        {"BATCH": "0"},
        {"BODY_LIMIT": "-1"},
        {"MEMORY": "much"},
        {"PROCESSES": "2"},
        {"INSECURE": "false"},
        {"TOKENS_FILE": "t"},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(environment):
    (name,) = environment
    with pytest.raises(SettingError, match=f"GANTEI_SERVE_{name}"):
        told(**environment)


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_the_command_refuses_a_port_that_is_none(port, capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--port", port])
    assert "not a port, 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--workers", "--batch", "--body-limit"])
def test_the_command_refuses_numbers_that_are_none(option, capsys):
    with pytest.raises(SystemExit):
        main(["serve", option, "0"])
    assert "whole number above 0" in capsys.readouterr().err


def test_what_libraries_and_errors_say_stays_out_of_the_log():
    from gantei_service.logs import JsonLines

    caught = (ValueError, ValueError("Tanaka"), None)
    record = logging.LogRecord(
        "multipart", logging.WARNING, "x.py", 7, "bad %s", ("Tanaka",), caught
    )
    line = JsonLines().format(record)
    assert "Tanaka" not in line
    assert '"logger": "multipart"' in line
    assert '"error": "ValueError"' in line
