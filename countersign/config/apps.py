"""Wires the folders together: the only place that knows them all."""

from importlib import import_module

from django.apps import AppConfig

from countersign.background.periodic import run_periodically
from countersign.events import deliver_to


class ConfigConfig(AppConfig):
    name = "countersign.config"
    label = "config"

    def ready(self) -> None:
        """Fill the registries of events and periodic work; the mappings name models, so not before this moment."""
        subscriptions = import_module("countersign.config.subscriptions")
        deliver_to(subscriptions.SUBSCRIBERS)
        run_periodically(subscriptions.PERIODIC)
