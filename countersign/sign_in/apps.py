from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "countersign.sign_in"
    label = "sign_in"
