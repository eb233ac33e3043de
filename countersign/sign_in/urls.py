"""Addresses of signing in."""

from django.urls import path

from countersign.sign_in import views

app_name = "sign_in"
urlpatterns = [
    path("log-in/", views.log_in, name="log_in"),
    path("log-in/second-step/", views.second_step, name="second_step"),
    path("log-in/complete/", views.complete, name="complete"),
    path("log-in/passkey/", views.passkey_alone, name="passkey_alone"),
    path("log-in/passkey/options/", views.passkey_options, name="passkey_options"),
    path("confirm-it-is-you/", views.confirm, name="confirm"),
    path("stay-signed-in/", views.stay_signed_in, name="stay"),
    path("log-out/", views.log_out, name="log_out"),
]
