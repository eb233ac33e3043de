"""Second factors of one's own logon: add, remove, print recovery codes."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "countersign.security"
    label = "security"
