from django.apps import AppConfig


class ThirdPartyAccessConfig(AppConfig):
    name = "countersign.third_party_access"
    label = "third_party_access"
