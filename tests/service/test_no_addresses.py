"""The service reads photographs that are sent, and never one below an address."""

import pytest

from gantei.storage import given_places, place_of_address

from .asking import predict
from .conftest import encoded_picture, form

ADDRESSES = ("s3://eyes/1.png", "https://169.254.169.254/1.png", "zip://eyes.zip")


@pytest.fixture
def client(make_estimator, ask, monkeypatch):
    """A service in a process where opening a place fails the test."""

    def opened(*given, **options):
        pytest.fail(f"opened {given}")

    monkeypatch.setattr(place_of_address, "place_of", opened)
    monkeypatch.setattr(given_places, "place_of", opened)
    return ask(make_estimator())


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_in_the_place_of_a_photograph_is_refused(address, client):
    response = client.post("/v1/predict", **form(photographs=address))
    assert 400 <= response.status_code < 500
    response = client.post("/v1/predict", json={"photographs": [address]})
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_sent_as_a_file_is_no_picture(address, client):
    (answer,) = predict(client, ("eye.png", address.encode()))
    assert answer["problem"]["type"].endswith("unusable-photograph")


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_as_the_name_of_a_photograph_is_a_name_alone(address, client):
    (answer,) = predict(client, (address, encoded_picture(1)))
    assert "problem" not in answer
