from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "countersign.home"
    label = "home"
