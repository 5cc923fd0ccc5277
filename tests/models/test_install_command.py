"""What is said of a missing extra fits how gantei was installed."""

from pathlib import PurePath

import pytest

from gantei.system.install_command import _command, _requirement, how_to_add, how_to_install

CHECKOUT = {"url": "file:///home/eye/my%20gantei", "dir_info": {"editable": True}}
FOLDER = {"url": "file:///home/eye/gantei", "dir_info": {}}
WHEEL = {"url": "file:///media/usb/gantei-0.1.0-py3-none-any.whl", "archive_info": {}}
COMMIT = {
    "url": "https://example.org/gantei.git",
    "vcs_info": {"vcs": "git", "commit_id": "1f0c"},
}
PIPX, TOOL = "/home/eye/.local/pipx/venvs/gantei", "/home/eye/.local/share/uv/tools/gantei"


@pytest.mark.parametrize(
    ("origin", "prefix", "said"),
    [
        ({}, "/usr", 'pip install "gantei[study]"'),
        (
            WHEEL,
            "/home/eye/venv",
            'pip install "gantei[study] @ file:///media/usb/gantei-0.1.0-py3-none-any.whl"',
        ),
        (CHECKOUT, "/home/eye/venv", 'pip install -e "/home/eye/my gantei[study]"'),
        (FOLDER, "/venv", 'pip install "gantei[study] @ file:///home/eye/gantei"'),
        (COMMIT, "/venv", 'pip install "gantei[study] @ git+https://example.org/gantei.git@1f0c"'),
        ({}, PIPX, 'pipx runpip gantei install "gantei[study]"'),
        (CHECKOUT, PIPX, 'pipx runpip gantei install -e "/home/eye/my gantei[study]"'),
        (
            FOLDER,
            TOOL,
            f'uv pip install --python "{TOOL}" "gantei[study] @ file:///home/eye/gantei"',
        ),
    ],
)
def test_the_command_is_that_of_the_installer(origin, prefix, said):
    assert _command(_requirement("study", origin), PurePath(prefix)) == said


def test_this_installation_is_asked():
    assert "[study,xlsx]" in how_to_add("study,xlsx")


def test_a_package_that_is_no_extra_is_installed_beside_it():
    assert how_to_install("boto3").endswith(" boto3")
