"""Second factors of one's own logon: add, remove, print recovery codes."""

from importlib import import_module

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "countersign.security"
    label = "security"

    def ready(self) -> None:
        """Make the kinds of notices known; what they say names models, so not before this moment."""
        import_module("countersign.security.notice_kinds")
