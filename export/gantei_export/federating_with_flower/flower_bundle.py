"""The app that Flower runs at both ends: a name that points into gantei, and no program."""

from gantei.system.version import __version__

_CONFIG = f"""\
[project]
name = "gantei-federation"
version = "{__version__}"

[tool.flwr.app]
publisher = "gantei"

[tool.flwr.app.components]
serverapp = "gantei_export.federating_with_flower.flower_apps:server"
clientapp = "gantei_export.federating_with_flower.flower_apps:client"
"""


def app_bundle() -> bytes:
    """Build the app as Flower packs it: the same bytes wherever the same gantei is installed."""
    from flwr.cli.build import build_fab_from_files

    bundle: bytes
    bundle, _ = build_fab_from_files({"pyproject.toml": _CONFIG.encode()})
    return bundle
