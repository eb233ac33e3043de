"""``countersign audit``: what an operator and a script see."""

from __future__ import annotations

import json

import pytest

from countersign.command_line import main
from tests.events.world import Tamperer, record


@pytest.mark.django_db(transaction=True)
def test_seal_verify_and_head(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "head"]) == 1
    assert main(["audit", "seal"]) == 0
    record(3)
    capsys.readouterr()
    assert main(["audit", "seal", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"seals": 1, "entries": 3}
    assert main(["audit", "head", "--json"]) == 0
    head = json.loads(capsys.readouterr().out)["head"]
    assert main(["audit", "verify", "--json", "--published-head", head]) == 0
    verified = json.loads(capsys.readouterr().out)
    assert verified == {"ok": True, "seals": 1, "entries": 3, "pending": 0, "head": head, "finding": None}
    assert main(["audit", "verify", "--published-head", "00"]) == 1


def test_verify_names_the_first_bad_entry_and_ends_with_1(
    tamperer: Tamperer, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = record(3)
    main(["audit", "seal"])
    tamperer.do("UPDATE events_entry SET reason = 'x' WHERE id = %s", keys[1])
    capsys.readouterr()
    assert main(["audit", "verify"]) == 1
    assert f"entry {keys[1]} (seal 1) is not as it was sealed" in capsys.readouterr().err
    assert main(["audit", "verify", "--json"]) == 1
    finding = json.loads(capsys.readouterr().out)["finding"]
    assert (finding["kind"], finding["seal"], finding["entry"]) == ("entry_changed", 1, keys[1])
