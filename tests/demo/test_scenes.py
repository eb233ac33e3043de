"""The cast imported: each person may do what the printed table says, and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from countersign.access.queries.decisions import check, check_many
from countersign.access.queries.facts import Question
from countersign.command_line import main
from spec import reference
from spec.world import Rights, World
from tests.cast import PEOPLE, TODAY, account_number, known_since, username, write_cast
from tests.demo.reading import read_facts

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=ZoneInfo("America/New_York"))

# who, taxpayer, account type, rights
SCENES = """
dana HARBOR-BAKERY CEX ALL_ACCESS
omar HARBOR-BAKERY WTH ALL_ACCESS
tom HARBOR-BAKERY SUT VIEW_ONLY
tom HARBOR-BAKERY WTH FILE_AND_PAY
tom HARBOR-BAKERY CEX NO_ACCESS
ines HARBOR-BAKERY MLS ALL_ACCESS
ines HARBOR-BAKERY WTH NO_ACCESS
ines PELL-STREET-BOOKS SUT FILE_AND_PAY
maria LOPEZ-CPA WTH ALL_ACCESS
maria MARIA-LOPEZ PIT ALL_ACCESS
maria HARBOR-BAKERY WTH FILE_AND_PAY
maria HARBOR-BAKERY SUT VIEW_ONLY
maria HARBOR-BAKERY MLS NO_ACCESS
maria PELL-STREET-BOOKS WTH ALL_ACCESS
maria LANTERN-INN ROO NO_ACCESS
maria TOLLAND-FERRY WTH NO_ACCESS
maria GULL-AND-ANCHOR WTH NO_ACCESS
maria WALTER-OSGOOD PIT NO_ACCESS
maria OLD-MILL-TEXTILES CEX NO_ACCESS
kim HARBOR-BAKERY WTH FILE_AND_PAY
kim PELL-STREET-BOOKS WTH FILE_AND_PAY
kim LOPEZ-CPA WTH NO_ACCESS
joel CEDAR-ROW-FLORIST SUT NO_ACCESS
joel HARBOR-BAKERY WTH VIEW_ONLY
joel PELL-STREET-BOOKS WTH FILE_AND_PAY
joel PELL-STREET-BOOKS SUT ALL_ACCESS
ruth NORA-QUIST PIT VIEW_ONLY
ruth HARBOR-BAKERY WTH NO_ACCESS
ruth MARIA-LOPEZ PIT NO_ACCESS
sam HARBOR-BAKERY WTH FILE_AND_PAY
sam HARBOR-BAKERY SUT NO_ACCESS
sam LOPEZ-CPA WTH FILE_AND_PAY
sam LOPEZ-CPA CEX NO_ACCESS
ana LOPEZ-CPA CEX ALL_ACCESS
ana HARBOR-BAKERY WTH NO_ACCESS
theo HARBOR-BAKERY SUT VIEW_ONLY
theo HARBOR-BAKERY WTH FILE_AND_PAY
theo CEDAR-ROW-FLORIST SUT VIEW_ONLY
theo PELL-STREET-BOOKS WTH NO_ACCESS
pat NORA-QUIST PIT NO_ACCESS
lee NORA-QUIST PIT NO_ACCESS
victor HARBOR-BAKERY WTH FILE_AND_PAY
hana PELL-STREET-BOOKS WTH VIEW_ONLY
hana HARBOR-BAKERY WTH NO_ACCESS
nora NORA-QUIST PIT ALL_ACCESS
ben QUIST-CARPENTRY WTH FILE_AND_PAY
ben NORA-QUIST PIT NO_ACCESS
grace GRACE-ITO PIT ALL_ACCESS
felix GRACE-ITO PIT VIEW_ONLY
rosa GULL-AND-ANCHOR WTH VIEW_ONLY
tom GULL-AND-ANCHOR WTH NO_ACCESS
igor PENUMBRA-FILING CEX ALL_ACCESS
igor CEDAR-ROW-FLORIST CEX NO_ACCESS
walter WALTER-OSGOOD PIT ALL_ACCESS
june WALTER-OSGOOD PIT NO_ACCESS
elsa OLD-MILL-TEXTILES WTH ALL_ACCESS
june OLD-MILL-TEXTILES WTH NO_ACCESS
hugo CEDAR-ROW-FLORIST SUT VIEW_ONLY
priya LANTERN-INN MLS VIEW_ONLY
"""


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The cast by the reference's reading."""
    folder = tmp_path_factory.mktemp("cast")
    write_cast(folder, today=TODAY)
    return read_facts(folder, effective=known_since(TODAY))


@pytest.fixture
def cast(transactional_db: None, tmp_path: Path, settings: Any) -> None:
    """The cast, imported."""
    settings.KEYS_LAST = True
    write_cast(tmp_path, today=TODAY)
    assert main(["import", str(tmp_path), "--effective", known_since(TODAY).isoformat()]) == 0


def _rights(who: str, taxpayer: str, code: str, at: datetime) -> str:
    return check(username(who), "view", account_number(taxpayer, code), at=at).rights.name


def _scenes() -> list[tuple[str, str, str, str]]:
    return [tuple(line.split()) for line in SCENES.strip().splitlines()]  # type: ignore[misc]


def test_the_table_is_what_the_reference_says(facts: World) -> None:
    for who, taxpayer, code, expected in _scenes():
        found = reference.rights(facts, username(who), account_number(taxpayer, code), NOON)
        assert Rights(found).name == expected, (who, taxpayer, code)


def test_each_may_do_what_the_table_says(cast: None) -> None:
    for who, taxpayer, code, expected in _scenes():
        assert _rights(who, taxpayer, code, NOON) == expected, (who, taxpayer, code)


@pytest.mark.parametrize("days", [-701, -400, -31, 0, 46, 121])
def test_what_import_makes_of_the_cast_is_what_the_reference_reads(cast: None, facts: World, days: int) -> None:
    """Everybody on every account, on days before and after each grant of the cast begins and ends."""
    at = NOON + timedelta(days=days)
    pairs = [(person.username, account.number) for person in PEOPLE for account in facts.account]
    decisions = check_many([("view", Question(who, number, at)) for who, number in pairs])
    for (who, number), decision in zip(pairs, decisions, strict=True):
        assert decision.rights == reference.rights(facts, who, number, at), (who, number)


def test_what_was_and_what_will_be(cast: None) -> None:
    assert _rights("maria", "HARBOR-BAKERY", "WTH", NOON - timedelta(days=400)) == "VIEW_ONLY"
    assert _rights("maria", "HARBOR-BAKERY", "WTH", NOON - timedelta(days=701)) == "NO_ACCESS"
    assert _rights("maria", "HARBOR-BAKERY", "SUT", NOON + timedelta(days=121)) == "NO_ACCESS"
    assert _rights("maria", "LANTERN-INN", "ROO", NOON + timedelta(days=46)) == "FILE_AND_PAY"
    assert _rights("maria", "TOLLAND-FERRY", "WTH", NOON - timedelta(days=31)) == "FILE_AND_PAY"


def test_only_master_administrators_administer_also_while_frozen(cast: None) -> None:
    def administers(who: str, taxpayer: str) -> bool:
        return check(username(who), "administer", account_number(taxpayer, "WTH"), at=NOON).allowed

    assert administers("dana", "HARBOR-BAKERY") and administers("rosa", "GULL-AND-ANCHOR")
    assert not any(administers(who, "HARBOR-BAKERY") for who in ("tom", "ines", "maria", "kim", "joel"))
