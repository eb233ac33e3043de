from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "countersign.events"
    label = "events"
