"""One private, throw-away PostgreSQL per test session, and a migrated database for each process of it.

DATABASE_URL (and DATABASE_OWNER_URL, whose login must be allowed to create databases) name another server to
use instead. The application's connections run as the application's role; only migrations, and the emptying
of tables between tests, run as the owner.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.throw_away import Server, find_chromium

# Tables that aren't Django's to manage, so that it doesn't empty them.
EMPTY_THE_QUEUE = "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE"
_SERVER = pytest.StashKey[Server]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_SERVER] = Server()
    distributing = getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None)
    if distributing and not hasattr(config, "workerinput"):
        # The workers inherit the address; a server of one worker would die before the others are done.
        config.stash[_SERVER].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _SERVER in config.stash:
        config.stash[_SERVER].stop()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Replaces pytest-django's: a copy of the migrated database, used as the application's role."""
    from django.conf import settings
    from django.db import connection

    server = request.config.stash[_SERVER]
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock():
        name = server.new_database(worker)
        entry = {**connection.settings_dict, **server.application_entry(name)}
        connection.close()
        connection.close_pool()
        for target in (connection.settings_dict, settings.DATABASES["default"]):
            target.clear()
            target.update(entry)
        settings.DATABASE_OWNER = server.owner_entry(name)
        # TRUNCATE is the owner's; Django asks for it after each test that commits. Of the class, because a test
        # with a browser gets a connection of its own.
        patch = pytest.MonkeyPatch()
        patch.setattr(
            type(connection.ops),
            "execute_sql_flush",
            lambda ops, statements: server.run_as_owner(name, [*statements, EMPTY_THE_QUEUE]),
        )
    yield
    patch.undo()
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
        server.drop_database(name)


@pytest.fixture(scope="session")
def database_environment(request: pytest.FixtureRequest, django_db_setup: None) -> dict[str, str]:
    """What another program needs in its environment to work on this process's test database."""
    from django.conf import settings

    server = request.config.stash[_SERVER]
    name = settings.DATABASES["default"]["NAME"]
    return {"DATABASE_URL": server.application_url(name), "DATABASE_OWNER_URL": server.owner_url(name)}


@pytest.fixture(scope="session", autouse=True)
def forced_sign_ins_have_begun() -> Iterator[None]:
    """``client.force_login(logon)`` begins a session as Log In does: with its moment and its line in the list."""
    from django.contrib.auth.signals import user_logged_in
    from django.utils import timezone

    from countersign.logons.models import OpenSession
    from countersign.logons.sessions import stamp

    def begun(request: Any, user: Any, **more: Any) -> None:
        now = timezone.now()
        stamp(request.session, now=now)
        if "REQUEST_METHOD" not in request.META:  # of no browser: Log In notes its sessions itself
            key = request.session.session_key
            OpenSession.objects.create(logon=user, session_key=key, began_at=now, active_at=now)

    user_logged_in.connect(begun)
    yield
    user_logged_in.disconnect(begun)


@pytest.fixture(scope="session", autouse=True)
def second_factors_are_optional() -> Iterator[None]:
    """The cast has none; tests of the requirement itself turn it on (``settings.SECOND_FACTOR``)."""
    from django.conf import settings

    patch = pytest.MonkeyPatch()
    patch.setattr(settings, "SECOND_FACTOR", dict.fromkeys(("own", "secondary", "staff"), "optional"))
    # Nor is the cast, which comes with an import, asked for new passwords.
    patch.setattr(settings, "CHANGE_IMPORTED_PASSWORDS", False)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_once() -> Iterator[None]:
    """Each ``Client()`` builds the middleware anew, and WhiteNoise then looks at 2,600 files: once is enough."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    real, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_files_from_finders(self: Any) -> None:
        if not found:
            real(self)
            found.update(self.files)
        self.files.update(found)

    patch = pytest.MonkeyPatch()
    patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files_from_finders)
    yield
    patch.undo()


@pytest.fixture
def client_for(db: None) -> Callable[[str], Any]:
    """``client_for("dana.whitfield")``: a client signed in as this username, without the cost of a password."""
    from django.test import Client

    from countersign.logons.models import Logon

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(Logon.objects.get_by_natural_key(username))
        return client

    return signed_in


@pytest.fixture
def sign_in(db: None) -> Callable[[Any, str, str], Any]:
    """``sign_in(client, username, password)`` by the Log In page itself, at the cost of a hash. The answer."""

    def posted(client: Any, username: str, password: str) -> Any:
        response = client.post("/log-in/", {"username": username, "password": password})
        assert response.status_code == 303, response.status_code
        return response

    return posted


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """A test that spoke Spanish on this thread leaves nothing of it to the next."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def cast_world(db: None, tmp_path: Path) -> None:
    """The demo's named cast, imported: see tests/cast.py. Everything begins long ago."""
    from tests.imported_cast import import_cast

    import_cast(tmp_path / "cast")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    """One Chromium for the session. Playwright's event loop would make Django refuse the database: that is lifted."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def browser_for(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """``browser_for("dana.whitfield")``: a page of a browser of its own, signed in; without a username signed out.

    Further arguments go to Playwright's ``new_context`` (``viewport``, ``locale``, ``java_script_enabled``).
    """
    from django.conf import settings
    from django.test import Client

    from countersign.logons.models import Logon

    contexts = []

    def opened(username: str = "", **options: Any) -> Any:
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        if username:
            client = Client()
            client.force_login(Logon.objects.get_by_natural_key(username))
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser to drive. Without one the test fails, and says how to get one: it is never skipped."""
    found = find_chromium()
    if found is None:
        pytest.fail("no Chromium was found: `apt-get install chromium` (bin/test does it as root)")
    return found


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The text of axe-core, to be run inside a page."""
    path = Path(__file__).parent.parent / "build" / "axe" / "axe.min.js"
    if not path.is_file():
        pytest.fail("axe-core is missing: run bin/bootstrap")
    return path.read_text()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short path that every account can pass through (pytest's own is closed to others)."""
    folder = Path("/tmp") / f"countersign-case-{os.getpid()}"  # noqa: S108
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)
