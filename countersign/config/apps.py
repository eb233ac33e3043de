"""Wires the folders together: the only place that knows them all."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "countersign.config"
    label = "config"
