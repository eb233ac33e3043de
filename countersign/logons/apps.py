from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class LogonsConfig(AppConfig):
    name = "countersign.logons"
    label = "logons"

    def ready(self) -> None:
        # Beginning a session notes it, in a statement that is sent anyway.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
