from importlib import import_module

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "countersign.notices"
    label = "notices"

    def ready(self) -> None:
        """What this folder itself tells."""
        import_module("countersign.notices.own_kinds")
