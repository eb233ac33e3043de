"""Addresses of one's second factors."""

from django.urls import path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.security import views

app_name = "security"
urlpatterns = [
    path("profile/security/second-factors/", views.factors, name="factors"),
    path("profile/security/authenticator-app/", views.authenticator, name="authenticator"),
    path("profile/security/authenticator-app/code.svg", views.picture, name="picture"),
    path("profile/security/authenticator-app/remove/", views.remove_authenticator, name="remove_authenticator"),
    path("profile/security/sessions/", views.sessions, name="sessions"),
    path("profile/security/devices/", views.devices, name="devices"),
    path("profile/security/devices/<key:pk>/forget/", views.end_device, name="end_device"),
    path("profile/security/devices/forget-others/", views.end_other_devices, name="end_other_devices"),
    path("profile/security/passkey/", views.passkey, name="passkey"),
    path("profile/security/passkey/options/", views.passkey_options, name="passkey_options"),
    path("profile/security/passkey/<key:pk>/remove/", views.remove_passkey, name="remove_passkey"),
    path("profile/security/recovery-codes/", views.recovery_codes, name="recovery_codes"),
    path("profile/security/recovery-codes/new/", views.new_recovery_codes, name="new_recovery_codes"),
    path("profile/security/recovery-codes/codes.txt", views.recovery_codes_file, name="recovery_codes_file"),
]
