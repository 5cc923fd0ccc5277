"""An adapted estimator answers in the service as it does here."""

import pytest

import gantei
from gantei.catalogue.entries import SHIPPED
from gantei_export.adapting.checking_base import check_base
from gantei_export.adapting.installing_adapted import install_adapted
from gantei_export.adapting.made_of import MadeOf

from ..export.heads import TARGETS, head_of
from .asking import predict

pytest.importorskip("fastapi", reason="the service's packages are not installed")


def test_it_is_served_beside_its_base_with_its_map(ask):
    base, _ = check_base("demo-sex")
    made = MadeOf("logistic", people=12, photographs=20)
    install_adapted(base, head_of(TARGETS["categorical"], 256), "my-camera", made)
    path = SHIPPED / "demo-age" / "golden-1.jpg"
    client = ask("demo-sex", "my-camera")
    listed = client.get("/v1/estimators").json()["estimators"]
    assert [(each["name"], each["state"]) for each in listed] == [
        ("demo-sex", "ready"),
        ("my-camera", "ready"),
    ]
    (entry,) = predict(client, ("one.jpg", path.read_bytes()), explain="map")
    (here,) = gantei.load("my-camera", "cpu").predict(path)
    given = entry["estimates"]["my-camera"]
    assert given["values"] == {
        key: {"value": value, "unit": "probability"} for key, value in here.values.items()
    }
    assert (len(given["map"]["rows"]), len(given["map"]["rows"][0])) == (5, 5)
