from django.apps import AppConfig


class TaxAccountsConfig(AppConfig):
    name = "countersign.tax_accounts"
    label = "tax_accounts"
