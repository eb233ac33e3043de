"""Every address is in the route table, and answers everybody of the cast as the table says."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from countersign.access.queries.own import own_taxpayers
from countersign.config.routes import ROUTES, Who
from countersign.logons.models import Logon
from tests.architecture.world import World, active_people, client_of, every_address, routes
from tests.cast import username


def test_every_address_is_in_the_route_table() -> None:
    found = Counter(every_address())
    missing = sorted(set(found) - set(ROUTES))
    assert not missing, f"add to countersign/config/routes.py: {missing}"
    assert not set(ROUTES) - set(found), "in the route table, but not on the site"
    assert not [name for name, times in found.items() if times > 1], "two addresses of one name"


def test_who_has_not_signed_in_sees_what_is_open_and_nothing_else(world: World) -> None:
    client = Client()
    for name, route in routes():
        for address in filter(None, (world.address(name), world.nowhere(name))):
            response = client.get(address)
            if route.who in (Who.OPEN, Who.DEMO):
                # A link of a mail takes its token out of the address; without one its page says that it is void.
                allowed = (302, 410) if "token" in route.example else (200, 404, 405, 410)
                assert response.status_code in allowed, (name, response.status_code)
                continue
            target = urlsplit(response["Location"]) if response.status_code == 302 else urlsplit("")
            assert target.path == "/log-in/", (name, response.status_code)
            back = parse_qs(target.query).get("next", [""])[0]
            assert back in (address, ""), (name, back)
            posted = client.post(address)
            assert posted.status_code == 303, (name, posted.status_code)
            assert posted["Location"].startswith("/log-in/"), name


def test_the_gallery_is_not_there_where_the_settings_do_not_show_it(world: World, settings: object) -> None:
    settings.GALLERY = False  # type: ignore[attr-defined]
    for name, route in routes():
        if route.who is Who.DEMO:
            assert Client().get(world.address(name)).status_code == 404, name


def test_everybody_gets_an_answer_and_it_is_the_tables(world: World) -> None:
    now = timezone.now()
    for person in active_people():
        client = client_of(person)
        own = own_taxpayers(Logon.objects.get(username=username(person)).pk, at=now)
        administered = {one.taxpayer.pk for one in own if one.administers}
        held = {one.taxpayer.pk for one in own}
        for name, route in routes():
            status = client.get(world.address(name)).status_code
            seen = (person, name, status)
            assert status in (200, 302, 303, 403, 404, 405, 409, 410), seen
            if route.who is Who.DEMO:
                continue  # shows error pages, too
            if route.who in (Who.OPEN, Who.SIGNED_IN) or person == route.by:
                assert status in (200, 302, 405, 410), seen
            if route.who is Who.MASTER_ADMINISTRATOR:
                taxpayer = world.key(route.example["taxpayer"])
                if taxpayer not in held:
                    assert status == 404, seen
                elif taxpayer not in administered:
                    assert status == 403, seen


def test_what_one_may_not_see_answers_like_what_does_not_exist(world: World) -> None:
    compared = 0
    for person in active_people():
        client = client_of(person)
        for name, _route in routes():
            nowhere = world.nowhere(name)
            if nowhere is None:
                continue
            hidden = client.get(world.address(name))
            if hidden.status_code != 404:
                continue
            missing = client.get(nowhere)
            assert sight(hidden) == sight(missing), (person, name)
            compared += 1
    assert compared > 100


def sight(response: HttpResponse) -> tuple[int, str, dict[str, str]]:
    """What can be seen of an answer, without what differs each time: tokens, request ids, the address itself."""
    body = response.content.decode()
    body = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", body)
    body = re.sub(r'(name="next" value=")[^"]*', r"\1", body)
    body = re.sub(r"<code>\w+</code>", "", body)
    body = re.sub(r'(data-idle-left=")[^"]*', r"\1", body)
    headers = {name: text for name, text in response.headers.items() if name not in ("X-Request-ID", "Content-Length")}
    return response.status_code, body, headers
