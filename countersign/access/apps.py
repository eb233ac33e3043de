from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "countersign.access"
    label = "access"
