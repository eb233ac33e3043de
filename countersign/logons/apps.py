from django.apps import AppConfig


class LogonsConfig(AppConfig):
    name = "countersign.logons"
    label = "logons"
