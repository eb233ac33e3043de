from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "countersign.submissions"
    label = "submissions"
