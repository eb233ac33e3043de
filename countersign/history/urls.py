"""Addresses of the history."""

from django.urls import path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.history import views

app_name = "history"
urlpatterns = [path("taxpayers/<key:taxpayer>/history/", views.taxpayer, name="taxpayer")]
