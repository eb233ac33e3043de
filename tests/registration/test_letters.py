"""Letters for whoever prints them, and in the demo for whoever tries it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from countersign.command_line import main
from countersign.importing.operations import import_folder
from countersign.letters.models import Letter
from countersign.mail.models import OutboxMail
from countersign.taxpayers.models import Proof
from tests.registration.world import World


def test_letters_are_listed_with_their_address_until_they_are_printed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    type(world.pottery).objects.filter(pk=world.pottery.pk).update(address1="2 Marsh Lane", city="Keystone Bay")
    world.enter(world.logon("ada"), "payment")
    assert main(["letters", "list", "--json"]) == 0
    (letter,) = json.loads(capsys.readouterr().out)
    assert letter["to"] == ["Marsh Lane Pottery LLC", "2 Marsh Lane", "Keystone Bay"]
    assert main(["letters", "list"]) == 0
    assert "1 letters wait" in capsys.readouterr().out
    assert main(["letters", "printed", str(letter["letter"])]) == 0
    assert not Letter.objects.exclude(body="").exists()
    assert main(["letters", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []


def test_only_the_demo_mails_a_letter(world: World, settings: Any) -> None:
    world.enter(world.logon("ada"), "payment")
    assert not OutboxMail.objects.filter(to="letters@post.example").exists()
    settings.DEMO = True
    world.another_proof("payment", "77.00")
    Letter.objects.all().delete()
    from django.db import transaction

    from countersign.registration.operations.admit import write_code

    with transaction.atomic():
        write_code(world.pottery, "en", world.later(seconds=1))
    assert OutboxMail.objects.filter(to="letters@post.example").count() == 1


def test_an_import_that_replaces_proofs_leaves_the_letters_code(world: World, tmp_path: Path) -> None:
    world.enter(world.logon("ada"), "payment")
    (tmp_path / "proofs.csv").write_text("taxpayer_key,kind,label,value,expires_on\n")
    report = import_folder(tmp_path, now=world.later(minutes=1), replace=["proofs.csv"])
    assert report.landed
    left = set(Proof.objects.filter(used_at__isnull=True).values_list("label", flat=True))
    assert left == {f"Letter {Letter.objects.get().pk}"}
