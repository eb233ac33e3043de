from importlib import import_module

from django.apps import AppConfig


class ProfileConfig(AppConfig):
    name = "countersign.profile"
    label = "profile"

    def ready(self) -> None:
        """What changes of a profile tell."""
        import_module("countersign.profile.notice_kinds")
