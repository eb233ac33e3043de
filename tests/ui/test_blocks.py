"""A name that ``{% url … as name %}`` sets in one block of a template does not exist in another: its link leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import countersign

_TAG = re.compile(r"{% (block|endblock|blocktranslate|endblocktranslate)\b ?(\w*).*?%}|{%.*?%}|{{.*?}}", re.DOTALL)
_SET = re.compile(r"{% (?:url|translate)\b.* as (\w+) %}")


def dead_names(template: str) -> list[str]:
    """Names set by ``as`` in one block and used in another that does not set them."""
    blocks: list[tuple[str, set[str], str]] = []
    stack = [("", set[str](), "")]
    for found in _TAG.finditer(template):
        if found[1] == "block":
            stack.append((found[2], set(), ""))
        elif found[1] == "endblock":
            blocks.append(stack.pop())
        elif (made := _SET.fullmatch(found[0])) is not None:
            stack[-1][1].add(made[1])
        else:
            name, names, used = stack[-1]
            stack[-1] = (name, names, used + found[0])
    everywhere = {one for _name, names, _used in blocks for one in names}
    return sorted(
        f"{block}: {one}"
        for block, names, used in blocks
        for one in everywhere - names
        if re.search(rf"(?<![\w.\"']){one}(?![\w\"'])", used)
    )


def test_every_link_has_its_address() -> None:
    top = Path(countersign.__file__).parent
    found = {
        str(path.relative_to(top)): names
        for path in sorted(top.rglob("templates/**/*.html"))
        if (names := dead_names(path.read_text()))
    }
    assert found == {}


def test_the_test_sees_one() -> None:
    page = '{% block a %}{% url "x" as there %}{% link_button w there %}{% endblock %}'
    assert dead_names(page) == []
    assert dead_names(page + "{% block b %}{% link_button w there %}{% endblock %}") == ["b: there"]
