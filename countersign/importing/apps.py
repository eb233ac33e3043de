from django.apps import AppConfig


class ImportingConfig(AppConfig):
    name = "countersign.importing"
    label = "importing"
