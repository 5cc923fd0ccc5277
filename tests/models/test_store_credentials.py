"""Credentials of object stores: where they are found, and where nobody asks for them."""

import json
import re
import sys
from pathlib import Path

import pytest

from gantei.errors import PhotographError, SettingError
from gantei.storage import store_clients, store_credentials
from gantei.storage.object_store import object_store

from ..sources import TOP
from .faulty_store import store  # noqa: F401 - a fixture
from .object_stores import without_clouds

pytest.importorskip("obstore")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, own_store, store):  # noqa: F811
    """An environment without credentials, and a store that has one file."""
    without_clouds(monkeypatch, own_store)
    monkeypatch.setattr(store_clients, "MOST_RETRIES", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", store.url)
    store.files["eyes/1.jpg"] = b"x"
    return own_store


def authorization(store):  # noqa: F811
    """What the store was shown at the last request."""
    return {name.lower(): text for name, text in store.asked[-1][2].items()}.get("authorization")


def test_the_environment_says_who_asks(monkeypatch, store):  # noqa: F811
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    object_store("s3://eyes/").read("1.jpg", 10)
    assert "Credential=mine/" in authorization(store)
    assert "/ap-northeast-1/s3/" in authorization(store)


def test_a_public_bucket_is_read_without_signature(monkeypatch, store):  # noqa: F811
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    assert object_store("s3://eyes/").read("1.jpg", 10).data == b"x"
    assert authorization(store) is None


def test_a_profile_is_read_by_boto3(nowhere, monkeypatch, store):  # noqa: F811
    pytest.importorskip("boto3")
    (nowhere / ".aws").mkdir()
    (nowhere / ".aws/credentials").write_text(
        "[default]\naws_access_key_id = other\naws_secret_access_key = hidden\n"
        "[eyes]\naws_access_key_id = of-profile\naws_secret_access_key = hidden\n"
    )
    (nowhere / ".aws/config").write_text("[profile eyes]\nregion = eu-north-1\n")
    monkeypatch.setenv("AWS_PROFILE", "eyes")
    object_store("s3://eyes/").read("1.jpg", 10)
    assert "Credential=of-profile/" in authorization(store)
    assert "/eu-north-1/s3/" in authorization(store)
    monkeypatch.delenv("AWS_PROFILE")
    object_store("s3://eyes/").read("1.jpg", 10)
    assert "Credential=other/" in authorization(store)


def test_a_profile_without_boto3_says_what_to_do(nowhere, monkeypatch):
    (nowhere / ".aws").mkdir()
    (nowhere / ".aws/config").write_text("[default]\ncredential_process = secret-program\n")
    monkeypatch.setitem(sys.modules, "obstore.auth.boto3", None)
    with pytest.raises(SettingError, match=r"pip install boto3; or .*export-credentials"):
        object_store("s3://eyes/")


def test_a_profile_that_is_not_there_is_said(monkeypatch):
    pytest.importorskip("boto3")
    monkeypatch.setenv("AWS_PROFILE", "none-such")
    with pytest.raises(SettingError, match="none-such"):
        object_store("s3://eyes/")


def test_a_profile_of_a_region_alone_gives_no_credentials(nowhere, monkeypatch):
    (nowhere / ".aws").mkdir()
    (nowhere / ".aws/config").write_text("[default]\nregion = eu-north-1\n")
    monkeypatch.setitem(sys.modules, "obstore.auth.boto3", None)
    with pytest.raises(SettingError, match="no credentials"):
        object_store("s3://eyes/")


@pytest.mark.parametrize(
    "scheme, variable",
    [("s3", "AWS_SKIP_SIGNATURE"), ("gs", "GOOGLE_SKIP_SIGNATURE"), ("az", "AZURE_SKIP_SIGNATURE")],
)
def test_without_any_it_is_said_before_anything_is_asked(
    monkeypatch,
    store,  # noqa: F811
    scheme,
    variable,
):
    monkeypatch.setattr(store_credentials, "_METADATA_SERVICE", "127.0.0.1")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    with pytest.raises(SettingError, match=f"no credentials .* {variable}=true for a public one"):
        object_store(f"{scheme}://eyes/")
    assert store.asked == []


def test_a_machine_that_is_told_its_credentials_is_asked(monkeypatch, store):  # noqa: F811
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", store.url)
    role = "latest/meta-data/iam/security-credentials/"
    store.files |= {"latest/api/token": b"token", role: b"eyes-role"}
    told = {"AccessKeyId": "of-machine", "SecretAccessKey": "hidden", "Token": "hidden",
            "Expiration": "2999-01-01T00:00:00Z"}  # fmt: skip
    store.files[f"{role}eyes-role"] = json.dumps(told).encode()
    object_store("s3://eyes/").read("1.jpg", 10)
    assert "Credential=of-machine/" in authorization(store)


def test_a_machine_that_refuses_is_said(monkeypatch, store):  # noqa: F811
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", store.url)
    with pytest.raises(PhotographError) as caught:
        object_store("s3://eyes/").read("1.jpg", 10)
    assert caught.value.code == "stored-without-credentials"


def test_kinds_of_google_that_obstore_does_not_read_are_said(nowhere, monkeypatch):
    kept = nowhere / ".config/gcloud/application_default_credentials.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"type": "external_account"}))
    monkeypatch.setitem(sys.modules, "obstore.auth.google", None)
    with pytest.raises(SettingError, match=r"external_account, which google-auth reads"):
        object_store("gs://eyes/")


def test_an_account_of_azure_is_needed():
    with pytest.raises(SettingError, match="AZURE_STORAGE_ACCOUNT_NAME"):
        object_store("az://eyes/")


def test_what_the_environment_holds_is_in_no_error(monkeypatch):
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "not base64: hidden")
    with pytest.raises(SettingError) as caught:
        object_store("az://eyes/")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "scheme, named",
    [("s3", {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "hidden"}),
     ("gs", {"GOOGLE_SKIP_SIGNATURE": "true"}),
     ("az", {"AZURE_STORAGE_ACCOUNT_NAME": "account", "AZURE_SKIP_SIGNATURE": "true"})],
)  # fmt: skip
def test_no_machine_is_asked_for_credentials_that_are_there(monkeypatch, scheme, named):
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    excluded = object_store(f"{scheme}://eyes/")._client.client_options["proxy_excludes"]
    assert "169.254" not in excluded and "metadata" not in excluded


def test_every_variable_of_the_page_is_one_that_is_read():
    """By gantei, or by obstore, which tells its own in its type hints."""
    import obstore

    page = (TOP / "docs/storage.md").read_text("utf-8").partition("## Credentials")[2]
    named = set(re.findall(r"\b(?:AWS|GOOGLE|AZURE|STORAGE)_[A-Z_]+\b", page.partition("\n## ")[0]))
    texts = [path.read_text("utf-8") for path in Path(store_clients.__file__).parent.glob("*.py")]
    texts += [
        path.read_text("utf-8") for path in Path(obstore.__file__).parent.glob("_store/*.pyi")
    ]
    known = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", "".join(texts)))
    assert len(named) > 15
    assert named - known == set()
