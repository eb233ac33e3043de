"""The demo's world: deterministic, valid under IMPORT.md, and with everyone whom it promises."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password

from countersign.command_line import main
from countersign.demo.cast import PASSWORD, PEOPLE, password_hash, sign_in_table
from countersign.demo.numbers import fein, itin, ssn
from countersign.demo.world import write_demo_world
from tests.cast import TAXPAYERS, TODAY, account_number, person, username, write_cast
from tests.demo.validation import World, never_issued


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("demo")
    write_demo_world(folder, today=TODAY)
    return World(folder)


def test_every_row_of_the_demo_is_one_that_import_takes(demo: World) -> None:
    assert demo.problems() == []


def test_the_cast_alone_is_a_world(tmp_path: Path) -> None:
    write_cast(tmp_path, today=TODAY)
    assert World(tmp_path).problems() == []


def test_the_demo_has_long_lists(demo: World) -> None:
    assert len(demo.taxpayers) == 4_000 + len(TAXPAYERS)
    clients = {
        demo.accounts[row["account_number"]]["taxpayer_key"]
        for row in demo.rows["grants"]
        if row["third_party_key"] == "BELLWETHER-QUILL"
    }
    assert 1_500 <= len(clients) <= 1_501
    firms = {row["third_party_key"] for row in demo.rows["grants"]}
    assert len(firms) > 15


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_demo_world(tmp_path / name, today=TODAY, taxpayers=300, seed=5)
    write_demo_world(tmp_path / "other", today=TODAY, taxpayers=300, seed=6)
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")
    assert _bytes(tmp_path / "one") != _bytes(tmp_path / "other")


@pytest.mark.parametrize("taxpayers", [100, 101, 257, 1_999])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_size_is_valid(tmp_path: Path, taxpayers: int, seed: int) -> None:
    write_demo_world(tmp_path, today=TODAY, taxpayers=taxpayers, seed=seed)
    assert World(tmp_path).problems() == []


def test_too_few_taxpayers_are_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo-world", str(tmp_path), "--taxpayers", "99"]) == 1
    assert capsys.readouterr().err == "demo-world: at least 100 taxpayers are needed\n"


def test_the_command_writes_the_folder_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo-world", str(tmp_path / "world"), "--taxpayers", "150", "--today", "2026-03-02"]) == 0
    assert "countersign import" in capsys.readouterr().out
    assert World(tmp_path / "world").problems() == []


def test_everyone_in_the_printed_table_signs_in_with_the_printed_password(demo: World) -> None:
    for line in sign_in_table():
        encoded = demo.logons[line.username]["password_hash"]
        assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
        assert check_password(line.password, encoded)
        assert line.see and line.name in line.who
    assert len(PASSWORD) >= 15


def test_a_hash_is_not_due_for_renewal_at_the_first_sign_in() -> None:
    from countersign.logons.hashers import Argon2Hasher

    assert not Argon2Hasher().must_update(password_hash(person("dana")))


def test_only_the_cast_has_passwords(demo: World) -> None:
    with_password = {name for name, row in demo.logons.items() if row["password_hash"]}
    assert with_password == {person.username for person in PEOPLE if person.status != "invited"}


def test_the_scenes_of_the_cast_are_set(demo: World) -> None:
    """What the table promises, and what tests rely on, is in the files."""
    rights = {(row["username"], row["account_number"]): row["rights"] for row in demo.rows["rights"]}
    assert rights[username("tom"), account_number("HARBOR-BAKERY", "SUT")] == "VIEW_ONLY"
    assert rights[username("tom"), account_number("HARBOR-BAKERY", "WTH")] == "FILE_AND_PAY"
    placed = {(row["parent_username"], row["taxpayer_key"]): row["group_name"] for row in demo.rows["placements"]}
    assert placed[username("maria"), "LOPEZ-CPA"] == "Firm"
    grants = [row for row in demo.rows["grants"] if row["third_party_key"] == "LOPEZ-CPA"]
    assert {row["rights"] for row in grants} == {"VIEW_ONLY", "FILE_AND_PAY", "ALL_ACCESS"}
    ends = {date.fromisoformat(row["ends_on"]) for row in grants if row["ends_on"]}
    begins = {date.fromisoformat(row["begins_on"]) for row in grants}
    assert min(ends) < TODAY < max(ends)
    assert TODAY + timedelta(days=30) < max(begins)
    assert {row["freeze"] for row in demo.rows["taxpayers"]} == {"", "taxpayer", "third_party"}
    assert {row["status"] for row in demo.rows["logons"]} == {"active", "invited", "deactivated"}
    assert demo.logons[username("sam")]["account_types"] == "WTH"
    held = [key for _, key in demo.access]
    assert "MARSH-LANE-POTTERY" not in held
    ines = [key for name, key in demo.access if name == username("ines")]
    assert len(ines) == 2


def test_invented_identifiers_are_unique_and_nobodys() -> None:
    for kind, number in (("FEIN", fein), ("SSN", ssn), ("ITIN", itin)):
        numbers = {number(index, 3) for index in range(20_000)}
        assert len(numbers) == 20_000
        assert all(never_issued(kind, text.replace("-", "")) for text in numbers)
    assert not {ssn(index, 3) for index in range(5_000)} & {itin(index, 3) for index in range(5_000)}
