"""Requests for estimates, whose answers are looked at or refused."""

from .conftest import encoded_picture, form

BAD = encoded_picture(1)[:-200]


def predict(client, *files, **fields):
    response = client.post("/v1/predict", **form(*files, **fields))
    assert response.status_code == 200, response.text
    return response.json()["photographs"]


def refused(client, status, kind, **request):
    response = client.post("/v1/predict", **request)
    assert response.status_code == status, response.text
    assert response.json()["type"] == f"urn:problem-type:gantei:{kind}"
    return response


def assert_problem(response, status, kind):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == f"urn:problem-type:gantei:{kind}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem
