from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "countersign.mail"
    label = "mail"
