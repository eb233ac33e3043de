"""What a topic is made of, and the steps that many answers begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# A text of gettext_lazy.
Lazy = Any


@dataclass(frozen=True)
class Question:
    """A question with its answer: sentences, then steps or points, then what is to be known besides.

    Words of links, tabs, columns and buttons stand between asterisks.
    """

    slug: str
    text: Lazy
    answer: tuple[Lazy, ...] = ()
    steps: tuple[Lazy, ...] = ()
    points: tuple[Lazy, ...] = ()
    after: tuple[Lazy, ...] = ()


@dataclass(frozen=True)
class Topic:
    """Questions that belong together, on one page."""

    slug: str
    title: Lazy
    questions: tuple[Question, ...]


LOG_IN = _("Log in to {product}.")
PROFILE = _("Select *Manage My Profile* at the top right of *Home*.")
MORE = _("Select the *More…* tab.")
TO_MORE = (LOG_IN, PROFILE, MORE)
SECONDARY = _("In *My Users*, select *Manage Secondary Logons*.")
TO_SECONDARY = (*TO_MORE, SECONDARY)
WHICH_KIND = (
    _("For a secondary logon (one that you created), select *Manage Secondary Logons*."),
    _("For an additional logon (one that its owner created), select *Manage Additional Logons*."),
)
NEVER_SHARE = _("Never share your username and password with anyone.")
