"""What notices say: also where nothing is known but their kind, as on the page of *This wasn't me*."""

from __future__ import annotations

import pytest
from django.utils import translation

from countersign.notices.kinds import KINDS, Unknown


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_has_words_without_details(language: str) -> None:
    assert KINDS
    with translation.override(language):
        for kind in KINDS.values():
            words = kind.words(Unknown())
            assert words.subject, kind.name
            assert "%(" not in words.subject + " ".join(words.sentences), kind.name
