"""The agency's one accent colour, as a style sheet of a few lines."""

from __future__ import annotations

import re

from django.conf import settings

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
DEFAULT = "#005ea2"
LEAST_CONTRAST = 4.5  # WCAG 2.2 AA, text on white


def style_sheet(colour: str | None = None) -> str:
    """The custom properties that ``site.css`` uses. An unusable colour gives the default one."""
    accent = colour or settings.AGENCY_ACCENT_COLOUR
    if problem(accent):
        accent = DEFAULT
    shades = {
        "--accent": accent.lower(),
        "--accent-dark": _mixed(accent, 0, 0.3),
        "--accent-darker": _mixed(accent, 0, 0.5),
        "--accent-light": _mixed(accent, 255, 0.75),
        "--accent-lightest": _mixed(accent, 255, 0.93),
    }
    return ":root{" + "".join(f"{name}:{shade};" for name, shade in shades.items()) + "}\n"


def problem(colour: str) -> str:
    """Why a colour cannot be the accent: not ``#rrggbb``, or too pale for white text on it. Else ""."""
    if not _COLOUR.fullmatch(colour):
        return "write it as #rrggbb, such as #005ea2"
    contrast = 1.05 / (_luminance(colour) + 0.05)
    if contrast < LEAST_CONTRAST:
        return f"its contrast to white is {contrast:.1f}, and must be {LEAST_CONTRAST} or more: choose a darker one"
    return ""


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(colour: str, other: int, share: float) -> str:
    return "#" + "".join(f"{round(channel * (1 - share) + other * share):02x}" for channel in _channels(colour))


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
