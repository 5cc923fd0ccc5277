"""Who reloads a server, and where; and a reload that fails."""

from .asking import assert_problem

ADDRESS = "/v1/reload"
WARD = {"authorization": "Bearer ward"}
ADMINISTRATOR = {"authorization": "Bearer administrator"}


def refused(client, told):
    """Ask for a reload that fails; its problem tells what is `told`."""
    answer = client.post(ADDRESS, headers=ADMINISTRATOR)
    problem = assert_problem(answer, 409, "reload-failed")
    assert problem["code"] == "reload-failure"
    assert told in problem["detail"]
    return problem
