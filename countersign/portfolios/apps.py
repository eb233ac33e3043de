from django.apps import AppConfig


class PortfoliosConfig(AppConfig):
    name = "countersign.portfolios"
    label = "portfolios"
