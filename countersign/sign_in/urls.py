"""Addresses of signing in."""

from django.urls import path

from countersign.sign_in import views

app_name = "sign_in"
urlpatterns = [
    path("log-in/", views.log_in, name="log_in"),
    path("log-out/", views.log_out, name="log_out"),
    path("forgot-username-or-password/", views.forgot, name="forgot"),
]
