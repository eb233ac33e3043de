from django.apps import AppConfig


class ProfileConfig(AppConfig):
    name = "countersign.profile"
    label = "profile"
