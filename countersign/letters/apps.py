from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "countersign.letters"
    label = "letters"
