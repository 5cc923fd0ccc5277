from gantei.system.files import atomic_write


def test_a_link_in_the_way_is_replaced_and_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr("os.getpid", lambda: 7)
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    (tmp_path / ".table.csv.7").symlink_to(mine)
    with atomic_write(tmp_path / "table.csv") as file:
        file.write(b"table")
    assert (tmp_path / "table.csv").read_bytes() == b"table"
    assert mine.read_bytes() == b"mine"
