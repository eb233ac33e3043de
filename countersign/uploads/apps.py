from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "countersign.uploads"
    label = "uploads"
