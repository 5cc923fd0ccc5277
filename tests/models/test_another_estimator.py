"""A server that describes another estimator than the one that was asked for is not believed."""

import pytest

from gantei.errors import TransferError

from .playing import reply

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def test_the_description_of_another_estimator_is_refused(playing, make_estimator):
    from starlette.testclient import TestClient

    from gantei_service.app import create_app
    from gantei_service.settings import Settings

    app = create_app(Settings(estimators=(str(make_estimator("other")),)))
    with TestClient(app, "http://localhost", client=("127.0.0.1", 5000)) as server:
        described = server.get("/v1/estimators/other").json()
    listing = {
        "gantei": "0.1.0", "python": "3.11.0", "versions": {},
        "limits": {"body_bytes": 10**6, "photographs": 100},
        "estimators": [{key: each for key, each in described.items() if key != "manifest"}],
    }  # fmt: skip
    for name, fine in (("other", True), ("made", False)):
        listing["estimators"][0]["name"] = name
        client = playing(reply(said=listing), reply(said=described))
        if fine:
            assert [each.name for each in client.estimators([name])] == [name]
        else:
            with pytest.raises(TransferError, match="does not understand"):
                client.estimators([name])
