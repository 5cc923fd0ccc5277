"""Which eye a photograph shows: told in a form, a query, a name, by /v2 and by the client."""

import base64
import json
import struct

import pytest
from PIL import Image

import gantei
from gantei import demo
from gantei.errors import SettingError
from gantei.photographs.eyes import Eye

from ..conftest import made_picture, mean_network
from .conftest import encoded_picture, form
from .server_process import Server

pytest.importorskip("fastapi", reason="the service's packages are not installed")

LENGTH = "Inference-Header-Content-Length"


def left_half(outputs, side=8):
    """A network that answers the mean of the left half of what it sees: mirrored, of the right."""
    from onnx import TensorProto, helper, load_from_string

    model = load_from_string(mean_network(outputs, side))
    graph = model.graph
    graph.node[0].input[0] = "half"
    for name, values in (("from", [0]), ("to", [side // 2]), ("across", [2])):
        graph.initializer.append(helper.make_tensor(name, TensorProto.INT64, [1], values))
    slice_ = helper.make_node("Slice", ["photograph", "from", "to", "across"], ["half"])
    graph.node.insert(0, slice_)
    return model.SerializeToString()


@pytest.fixture
def folder(make_estimator):
    def mirrors(tables):
        tables["input"]["mirror"] = "left-eyes"

    return make_estimator(change=mirrors, network=left_half({"age": 1.0}))


@pytest.fixture
def client(ask, folder):
    return ask(folder)


def predict(client, *files, **fields):
    response = client.post("/v1/predict", **form(*files, **fields))
    assert response.status_code == 200, response.text
    return response.json()["photographs"]


def told(entries):
    return [(entry["eye"], entry["eye_from"]) for entry in entries]


def age(entry):
    return entry["estimates"]["made"]["values"]["age"]["value"]


def test_a_form_tells_an_eye_of_each_photograph(client, folder):
    pictures = [encoded_picture(seed) for seed in (1, 1, 2)]
    files = [("a.png", data) for data in pictures]
    entries = predict(client, *files, eyes=["right", "OS", "unknown"])
    assert told(entries) == [("right", "stated"), ("left", "stated"), (None, None)]
    assert age(entries[0]) != age(entries[1])
    expected = gantei.load(folder).predict(pictures[:2], eyes=["right", "left"])
    assert [age(entry) for entry in entries[:2]] == [each.values["age"] for each in expected]
    problem = entries[2]["problem"]
    assert problem["type"].endswith("unusable-photograph")
    assert problem["detail"].startswith("right or left eye?")


def test_the_names_of_a_form_tell_what_is_not_stated(client):
    data = encoded_picture(1)
    entries = predict(client, ("p1-left.png", data), ("p_R.png", data), ("1.png", data))
    assert told(entries) == [("left", "file name"), (None, None), (None, None)]
    (entry,) = predict(client, ("p1-left.png", data), eyes="right")
    assert told([entry]) == [("right", "stated")]
    said = "its eye is stated as right, though its name says left"
    assert [each["text"] for each in entry["findings"]].count(said) == 1
    assert entry["estimates"]["made"]["warnings"] == []


@pytest.mark.parametrize("eyes", [["left"], ["left"] * 3, ["left", "up"], ["left", "OU"]])
def test_eyes_that_make_no_sense_are_refused(client, eyes):
    files = [("a.png", encoded_picture(seed)) for seed in (1, 2)]
    response = client.post("/v1/predict", **form(*files, eyes=eyes))
    assert response.status_code == 422
    assert "eyes" in response.json()["detail"]


def test_the_query_tells_the_eye_of_a_bare_picture_and_the_form_comes_before_it(client):
    data, kind = encoded_picture(1), {"content-type": "image/png"}
    answer = client.post("/v1/predict?eyes=left", content=data, headers=kind).json()
    assert told(answer["photographs"]) == [("left", "stated")]
    both = client.post("/v1/predict?eyes=left", **form(("1.png", data), eyes="right")).json()
    assert told(both["photographs"]) == [("right", "stated")]


def test_the_optic_disc_is_looked_for_where_that_is_asked(client, tmp_path):
    who = demo.person(5, 1)
    path = tmp_path / "1.png"
    demo.draw_photograph(5, who, who.eyes[0], scale=0.3).image.save(path)
    entries = predict(client, ("1.png", path.read_bytes()), ("2.png", encoded_picture(1)),
                      eyes="detect")  # fmt: skip
    assert told(entries) == [(who.eyes[0].side, "detected"), (None, None)]
    assert "by where the optic disc lies" in entries[0]["findings"][-1]["text"]
    assert "the optic disc does not tell" in entries[1]["problem"]["detail"]


def test_an_estimator_says_whether_it_needs_the_eye(ask, folder, make_estimator):
    client = ask(folder, make_estimator("plain"))
    listed = client.get("/v1/estimators").json()["estimators"]
    assert [each["needs_eye"] for each in listed] == [True, False]
    names = [
        [[each["name"] for each in client.get(f"/v2/models/{name}").json()[key]]
         for key in ("inputs", "outputs")]
        for name in ("made", "plain")
    ]  # fmt: skip
    assert names == [
        [["photograph", "eye"], ["age", "eye", "eye_from", "findings", "problem"]],
        [["photograph"], ["age", "findings", "problem"]],
    ]


def infer(client, inputs, behind=b"", **parameters):
    head = json.dumps({"inputs": inputs, "parameters": parameters}).encode()
    headers = {LENGTH: str(len(head))} if behind else {}
    return client.post("/v2/models/made/infer", content=head + behind, headers=headers)


def tensor(name, **members):
    return {"name": name, "datatype": "BYTES", "shape": [2]} | members


def test_a_second_tensor_tells_the_eyes_in_json(client):
    data = [base64.b64encode(encoded_picture(1)).decode()] * 2
    photographs = tensor("photograph", data=data)
    eyes = tensor("eye", data=["left", "R"])
    response = infer(client, [photographs, eyes], content_type="base64")
    columns = {each["name"]: each["data"] for each in response.json()["outputs"]}
    assert columns["eye"] == ["left", "right"]
    assert columns["eye_from"] == ["stated"] * 2
    assert columns["age"][0] != columns["age"][1]
    without = infer(client, [photographs], content_type="base64").json()["outputs"]
    assert [each["data"] for each in without][:2] == [[None, None], ["", ""]]
    assert all("right or left eye?" in each for each in without[-1]["data"])


def test_binary_eyes_stand_before_or_behind_binary_photographs(client):
    def packed(*items):
        return b"".join(struct.pack("<I", len(each)) + each for each in items)

    pictures, eyes = packed(*[encoded_picture(1)] * 2), packed(b"left", b"right")
    told = [tensor("photograph", parameters={"binary_data_size": len(pictures)}),
            tensor("eye", parameters={"binary_data_size": len(eyes)})]  # fmt: skip
    one = infer(client, told, pictures + eyes).json()
    other = infer(client, told[::-1], eyes + pictures).json()
    assert one["outputs"] == other["outputs"]
    assert one["outputs"][1]["data"] == ["left", "right"]


@pytest.mark.parametrize(
    "eye",
    [
        tensor("eye", data=["left"]),
        tensor("eye", data=["left", "up"]),
        tensor("eye", data=["left", 1]),
        tensor("eye", data=["left", "x" * 30]),
        tensor("eye", data=["left", "right"], shape=[1]),
        tensor("eye", data=["left"], shape=[1]),
        tensor("photograph", data=["", ""]),
        tensor("eyes", data=["left", "right"]),
    ],
)
def test_a_tensor_of_eyes_that_makes_no_sense_is_refused(client, eye):
    data = [base64.b64encode(encoded_picture(1)).decode()] * 2
    photographs = tensor("photograph", data=data, parameters={"content_type": "base64"})
    assert infer(client, [photographs, eye]).status_code == 422


@pytest.mark.parametrize("word", ["\ud800", "left\udfff", "\ud83d"])
def test_eyes_with_half_a_surrogate_pair_are_refused_as_no_text(client, word):
    data = [base64.b64encode(encoded_picture(1)).decode()] * 2
    photographs = tensor("photograph", data=data, parameters={"content_type": "base64"})
    response = infer(client, [photographs, tensor("eye", data=["left", word])])
    assert response.status_code == 400
    assert response.json()["type"] == "urn:problem-type:gantei:malformed-body"
    binary = tensor("eye", parameters={"binary_data_size": 14})
    packed = struct.pack("<I4sI2s", 4, b"left", 2, b"\xed\xa0")
    assert infer(client, [photographs, binary], packed).status_code == 400


@pytest.fixture
def served(folder, tmp_path):
    server = Server(folder, tmp_path / "log.jsonl")
    with gantei.Client(f"http://127.0.0.1:{server.port}") as client:
        yield client
    server.stop()


def said(error):
    """What is wrong, without advice; the server's is not the client's."""
    return error and error.finding.text()


def test_the_client_answers_as_the_library_wherever_the_eye_comes_from(served, folder, tmp_path):
    names = ("1-left.png", "2-right.png", "3.png", "4.png")
    paths = [tmp_path / name for name in names]
    for seed, path in enumerate(paths[:3]):
        Image.fromarray(made_picture(seed)).save(path)
    demo.draw_photograph(5, (who := demo.person(5, 1)), who.eyes[0], scale=0.3).image.save(paths[3])
    here = gantei.load(folder)
    for eyes in (None, "detect", {paths[0]: "right", paths[2]: "OS"}, ["L", "L", None, "unknown"]):
        expected = here.predict(paths, eyes=eyes, on_error="record")
        answers = [each["made"] for each in served.predict(paths, eyes=eyes, on_error="record")]
        for answer, each in zip(answers, expected, strict=True):
            assert (answer.values, answer.eye) == (each.values, each.eye)
            assert said(answer.error) == said(each.error)
            if each.error is None:  # a server says nothing else of what it refuses
                assert answer.warnings == each.warnings
    assert expected[0].eye == Eye("left", "stated")


@pytest.mark.parametrize("kind", [list, iter])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_client_refuses_another_number_of_eyes_than_of_photographs(served, count, kind):
    pictures = [made_picture(seed) for seed in range(2)]
    eyes = [Eye("left", "stated"), Eye("right", "stated"), Eye("right", "stated")]
    with pytest.raises(SettingError, match="give one eye per photograph"):
        list(served.answers(kind(pictures), ["made"], eyes=kind(eyes[:count])))
    assert len(list(served.answers(kind(pictures), ["made"], eyes=kind(eyes[:2])))) == 2


def test_bentomls_client_tells_eyes_too(client):
    files = {"files": [("photographs", ("1", encoded_picture(1)))], "data": {"eyes": '["left"]'}}
    answer = client.post("/bentoml/predict", **files)
    assert told(answer.json()["photographs"]) == [("left", "stated")]


def test_an_eye_of_which_nothing_is_said_is_refused(ask):
    client = ask()
    for request in ({"params": {"eyes": ""}}, {"data": {"eyes": ""}}):
        files = [("photographs", ("1.png", encoded_picture(1)))]
        answer = client.post("/v1/predict", files=files, **request)
        assert (answer.status_code, answer.json()["code"]) == (422, "eye-unknown")
