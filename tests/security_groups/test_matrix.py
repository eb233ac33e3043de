"""The matrix: each number is what the rule says, and leads to the customers behind it."""

from __future__ import annotations

import re
from html import unescape

from django.utils import timezone

from countersign.access.models import LogonStanding, SecondaryLogon
from countersign.access.operations.secondary import Place, refine
from countersign.access.operations.standing import change_standing
from countersign.access.queries.reach import reach
from countersign.policy.facts import Standing as LogonStatus
from countersign.policy.rights import Rights
from countersign.portfolios.queries import portfolio_of
from countersign.security_groups.queries.matrix import Matrix, matrix
from countersign.security_groups.views.heat_map import brief, heat_map, shade
from countersign.taxpayers.models import Account
from tests.security_groups.conftest import Firm
from tests.security_groups.test_pages import address, signed_in, text


def whole(firm: Firm, person: str = "maria") -> Matrix:
    now = timezone.now()
    standing = portfolio_of(firm.logon(person), firm.portfolio, at=now)
    return matrix(standing, at=now, first_row=0, rows=100, first_group=0, groups=100)


def by_the_rule(username: str) -> dict[str, set[int]]:
    """Name of a group → customers of it that the logon reaches."""
    owners = dict(Account.objects.values_list("number", "taxpayer_id"))
    found: dict[str, set[int]] = {}
    for path in reach(username):
        if path.rights:
            found.setdefault(path.group or "", set()).add(owners[path.account_number])
    return found


def check_all(firm: Firm) -> None:
    shown = whole(firm)
    assert len(shown.rows) == SecondaryLogon.objects.filter(portfolio=firm.portfolio, ended_at=None).count()
    for row in shown.rows:
        wanted = by_the_rule(row.username)
        counts = {one.group.name: row.reaches.get(one.group.pk, 0) for one in shown.groups}
        assert {name: count for name, count in counts.items() if count} == {n: len(c) for n, c in wanted.items()}
        assert row.reach == sum(map(len, wanted.values()))


def test_every_cell_is_what_the_logon_really_reaches(firm: Firm) -> None:
    check_all(firm)
    kim, bakery = firm.logon("kim"), firm.taxpayer("HARBOR-BAKERY")
    refine(logon=kim.pk, place=Place(bakery, None), rights=Rights.NO_ACCESS, submission="", now=timezone.now())
    check_all(firm)


def test_who_is_not_active_reaches_nothing_and_it_says_so(firm: Firm) -> None:
    joel = firm.logon("joel")
    change_standing(logon=joel, standing=LogonStatus.DEACTIVATED, submission="", now=timezone.now())
    rows = {row.logon: row for row in whole(firm).rows}
    assert rows[joel.pk].reach == 0 and rows[joel.pk].groups
    page = text(signed_in(firm).get(address(firm, "matrix"), {"q": "joel"}))
    assert "deactivated: reaches nothing" in page
    invited = LogonStanding.objects.filter(status="invited", ended_at=None).values_list("logon_id", flat=True)
    assert all(rows[logon].reach == 0 for logon in invited if logon in rows)
    assert "invited: reaches nothing yet" in text(signed_in(firm).get(address(firm, "matrix")))


def test_a_number_opens_into_its_customers(firm: Firm) -> None:
    client = signed_in(firm)
    page = client.get(address(firm, "matrix"), {"q": "joel"}).content.decode()
    links = re.findall(r'href="([^"]*/reach/[^"]*)">(\d+)<', page)
    assert links
    for href, count in links:
        listed = client.get(unescape(href) + ("&" if "?" in href else "?") + "size=200")
        assert len(re.findall(r'<th scope="row"', listed.content.decode())) == int(count)


def test_both_axes_are_searched_and_turned(firm: Firm) -> None:
    client = signed_in(firm)
    page = text(client.get(address(firm, "matrix"), {"find": "rest"}))
    assert "Restaurants" in page and "Next season" not in page
    assert client.get(address(firm, "matrix"), {"find": "zzz"}).status_code == 200
    assert client.get(address(firm, "matrix"), {"groups": "2", "page": "2"}).status_code == 200
    lines = b"".join(client.get(address(firm, "matrix_csv")).streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    joel = next(line for line in lines if line.startswith(firm.logon("joel").username))
    rows = {row.logon: row for row in whole(firm).rows}
    assert joel.split(",")[3] == str(rows[firm.logon("joel").pk].reach)


def test_a_secondary_master_opens_only_what_lies_within_its_reach(firm: Firm) -> None:
    kim = firm.unlimited_kim()
    rows = whole(firm, "kim").rows
    assert rows and {row.opens for row in rows if row.logon == kim.pk} == {True}
    client = signed_in(firm, "kim")
    page = client.get(address(firm, "matrix")).content.decode()
    for href in re.findall(r'href="([^"]*/reach/[^"]*)"', page):
        assert client.get(unescape(href)).status_code == 200


def test_the_drawing_is_darker_for_more(firm: Firm) -> None:
    assert [shade(count, 50_000) for count in (0, 1, 10, 300, 50_000)] == [1, 1, 2, 3, 5]
    assert [brief(count) for count in (7, 9_999, 10_000, 123_456)] == ["7", "9999", "10k", "123k"]
    drawing = heat_map(whole(firm))
    assert len(drawing["squares"]) == len(drawing["names"]) * len(drawing["columns"])
    assert all(0 <= square["shade"] <= 5 for square in drawing["squares"])
