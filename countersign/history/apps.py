from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "countersign.history"
    label = "history"
