"""Addresses of one account."""

from django.urls import path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.tax_accounts import views

app_name = "tax_accounts"
urlpatterns = [
    path("accounts/<key:account>/", views.account, name="account"),
    path("accounts/<key:account>/why/", views.why, name="why"),
    path("accounts/<key:account>/who-has-access/", views.who_has, name="who_has_access"),
]
