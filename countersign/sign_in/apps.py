from importlib import import_module

from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "countersign.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        """What signing in tells its owner."""
        import_module("countersign.sign_in.notice_kinds")
