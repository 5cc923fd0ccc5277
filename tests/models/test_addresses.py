"""Which addresses are read, and what of them is ever shown."""

import pytest

from gantei.errors import GanteiError, SettingError
from gantei.storage.address import (
    is_address,
    is_link_local,
    name_below,
    parse_address,
    why_unsafe,
    without_query,
)

SECRET = "c2VjcmV0"


@pytest.mark.parametrize(
    "text",
    [
        "s3://b/x",
        "https://h",
        "S3://b",
        "simplecache::s3://b",
        "zip://a.zip",
        "file:///x",
        " https://h",
        "https:/h",
        "s3:/b",
    ],
)
def test_what_is_meant_as_an_address_is_no_path(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["photographs", "a/b.jpg", "C:/eyes", "C:\\eyes", "./s3://b", "a:b.jpg", "a:/b", ""]
)
def test_what_is_a_path_is_no_address(text):
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("S3://Bucket/a/", "s3://Bucket/a/"),
        ("HTTPS://Eyes.Example:443/a?sig=x", "https://eyes.example/a"),
        ("http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
        ("https://eyes.example", "https://eyes.example/"),
        ("zip://data/a b.zip", "zip://data/a b.zip"),
        ("parquet:///data/train.parquet/", "parquet:///data/train.parquet"),
    ],
)
def test_an_address_is_shown_in_one_spelling(text, shown):
    assert str(parse_address(text)) == shown


def test_a_prefix_ends_with_a_slash_and_keeps_its_signature():
    address = parse_address(f"https://h/eyes?sig={SECRET}").as_prefix()
    assert address.shown == "https://h/eyes/"
    assert address.query == f"sig={SECRET}"


def test_a_signature_is_in_no_text_of_an_address():
    address = parse_address(f"https://h/eyes/?sig={SECRET}")
    assert SECRET not in f"{address} {address!r}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zip::s3://b/a.zip", "chained"),
        ("simplecache::s3://b/", "chained"),
        ("zip://a.jpg::s3://b/a.zip", "chained"),
        ("file:///etc", "by its path"),
        ("memory://a", "is not read; known: s3://"),
        ("filecache://b", "is not read"),
        ("ftp://h/", "is not read"),
        ("gopher://h/", "is not read"),
        ("s3://", "bucket"),
        ("https:///a", "host"),
        ("s3://h:9000/b", "bucket"),
        ("http://[::1", "host"),
        ("https://h:99999/", "host"),
        ("https://user:word@h/", "user"),
        ("s3://key:secret@b/", "user"),
        ("s3://b/a?versionId=1", "query string"),
        ("s3://b/a#b", "#"),
        ("https://h/../a", ".."),
        ("https://h/%2e%2e/a", ".."),
        ("https://h/a b", "space"),
        ("https://h/a\nb", "control character"),
        ("http://169.254.169.254/latest/", "cloud machines get their credentials"),
        ("http://[fe80::1]/", "cloud machines get their credentials"),
        ("http://[::ffff:169.254.1.1]/", "cloud machines get their credentials"),
        ("http://2852039166/", "cloud machines get their credentials"),
        ("http://[fd00:ec2::254]/", "cloud machines get their credentials"),
        ("zip://", "name the file"),
    ],
)
def test_what_is_not_read_is_refused(text, said):
    with pytest.raises(SettingError) as raised:
        parse_address(text)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        f"https://user:{SECRET}@h/a",
        f"https://h/../a?sig={SECRET}",
        f"s3://b/a?sig={SECRET}",
        f"ftp://h/a?sig={SECRET}",
        f"https://h/a#{SECRET}",
        f"http://169.254.169.254/?{SECRET}",
    ],
)
def test_no_refusal_shows_a_signature_or_a_password(text):
    with pytest.raises(SettingError) as raised:
        parse_address(text)
    assert SECRET not in str(raised.value)
    assert SECRET not in without_query(text)


@pytest.mark.parametrize(
    "host",
    ["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "168.63.129.16",
     "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1", "::169.254.169.254",
     "::ffff:169.254.169.254"],
)  # fmt: skip
def test_where_machines_of_clouds_ask_for_credentials_nothing_is_read(host):
    assert is_link_local(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "example.org", "::1", "169.253.1.1", "1.2.3.4.5"])
def test_other_hosts_are_not_link_local(host):
    assert not is_link_local(host)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("s3://b/eyes/p1/a.jpg", ("p1/a.jpg", "")),
        ("p1/a.jpg", ("p1/a.jpg", "")),
        ("S3://b/eyes/a.jpg", ("a.jpg", "")),
    ],
)
def test_a_list_names_what_lies_below_the_place(text, found):
    assert name_below(text, parse_address("s3://b/eyes").as_prefix()) == found


def test_a_signed_name_is_known_without_its_signature():
    prefix = parse_address("https://h/eyes/").as_prefix()
    assert name_below(f"https://h/eyes/a.jpg?sig={SECRET}", prefix) == ("a.jpg", f"sig={SECRET}")
    assert name_below(f"a.jpg?sig={SECRET}", prefix) == ("a.jpg", f"sig={SECRET}")


@pytest.mark.parametrize(
    "text",
    [
        "s3://b/eyes2/a.jpg", "s3://other/eyes/a.jpg", "https://b/eyes/a.jpg", "s3://b/eyes/",
        "../a.jpg", "/a.jpg", "p1//a.jpg", "./a.jpg", "", "s3://b/eyes/../a.jpg", "file:///a.jpg",
        f"https://evil.example/a.jpg?{SECRET}",
    ],
)  # fmt: skip
def test_a_list_names_nothing_else(text):
    with pytest.raises(GanteiError) as raised:
        name_below(text, parse_address("s3://b/eyes").as_prefix())
    assert SECRET not in str(raised.value)


def test_an_encoded_way_out_of_a_web_folder_is_refused():
    with pytest.raises(SettingError):
        name_below("a/%2e%2e/%2e%2e/b.jpg", parse_address("https://h/eyes/").as_prefix())


@pytest.mark.parametrize("name", ["a;v=1.jpg", "p;1/a.jpg", "p;..;/a.jpg"])
def test_a_name_with_a_semicolon_is_one_of_a_web_server_and_dots_before_it_of_others(name):
    assert name_below(name, parse_address("https://h/study/")) == (name, "")
    for prefix in ("s3://b/study/", "zip://a.zip/"):
        assert name_below("..;/a.jpg", parse_address(prefix).as_prefix()) == ("..;/a.jpg", "")


@pytest.mark.parametrize("query", ["x=\x01y", "x=a b", "x=a\\b", "x=1#2", "x=\udcff", "x=\n"])
def test_a_query_string_that_no_address_can_hold_is_refused(query):
    with pytest.raises(SettingError, match="behind its \\?") as raised:
        name_below(f"a.jpg?{SECRET}{query}", parse_address("https://h/study/"))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("name", ["../a", "a/../b", "/a", "a//b", ".", ""])
def test_a_name_that_may_lead_out_of_a_folder_is_known(name):
    assert why_unsafe(name)


@pytest.mark.parametrize("name", ["a", "a/b.jpg", "..a/b..", "a/"])
def test_other_names_may_be_those_of_files(name):
    assert why_unsafe(name) is None


@pytest.mark.parametrize(
    "name",
    ["..%5c..%5cx.jpg", "a/..%5C..%5Cx.jpg", "..\\x.jpg", "%2e%2e/x.jpg", "..;/..;/x.jpg",
     "a/..;v=1/x.jpg", "a/..%3Bv/x.jpg", "a/.;/x.jpg", "a/..;"],
)  # fmt: skip
def test_no_name_leads_out_of_a_folder_of_a_web_server(name):
    prefix = parse_address("https://h/study/")
    with pytest.raises(SettingError):
        name_below(name, prefix)
    with pytest.raises(SettingError):
        parse_address(f"https://h/study/{name}")
