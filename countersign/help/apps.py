from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "countersign.help"
    label = "help"
