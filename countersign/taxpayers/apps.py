from django.apps import AppConfig


class TaxpayersConfig(AppConfig):
    name = "countersign.taxpayers"
    label = "taxpayers"
