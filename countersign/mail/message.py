"""What a feature says in a mail; how it looks is the layout's business."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

KIND = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True, kw_only=True)
class Action:
    """The one thing to do next: a button that leads to a page of this site.

    ``path`` begins with one slash; the layout puts the agency's own address (COUNTERSIGN_BASE_URL) in front, so
    that no mail ever leads elsewhere. Raises ``ValueError`` for anything but a path.
    """

    label: str
    path: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"/(?![/\\])[!-~]*", self.path):
            raise ValueError("an action leads to a path of this site")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One mail to one person.

    ``language`` is the recipient's; ``subject``, ``paragraphs`` and ``footer`` are already in it (write them
    inside ``in_language``) or lazy translations. ``kind`` is a code for statistics and limits. ``logon_id`` is
    the key of the recipient's logon, where there is one. ``security`` mails have a reserve of their own in the limits
    per address. "Mail names no tax facts" (SPEC 7): no amounts, no
    returns, no identifiers; names of firms and taxpayers are as far as it goes.
    """

    to: str
    language: str
    kind: str
    subject: str
    paragraphs: Sequence[str]
    action: Action | None = None
    choices: Sequence[Action] = ()
    footer: str = ""
    logon_id: int | None = None
    security: bool = False

    def __post_init__(self) -> None:
        if not KIND.fullmatch(self.kind):
            raise ValueError("a kind of mail is a code of small letters, digits and underscores")
