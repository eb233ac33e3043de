from importlib import import_module

from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    name = "countersign.recovery"
    label = "recovery"

    def ready(self) -> None:
        """What this folder tells, and the job that answers those who forgot."""
        import_module("countersign.recovery.notice_kinds")
        import_module("countersign.recovery.tasks")
