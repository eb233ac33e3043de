"""Addresses of Home."""

from django.urls import path

from countersign.home import views

app_name = "home"
urlpatterns = [
    path("", views.home, name="home"),
    path("my-accounts.csv", views.accounts_csv, name="csv"),
]
