"""Addresses of accounts: one account, why, and who has access."""

from django.urls import path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.tax_accounts.views import account, who_has_access, why

app_name = "tax_accounts"
urlpatterns = [
    path("accounts/<key:account>/", account.account, name="account"),
    path("accounts/<key:account>/why/", why.why, name="why"),
    path("accounts/<key:account>/who-has-access/", who_has_access.of_account, name="who_has_access"),
    path("taxpayers/<key:taxpayer>/who-has-access/", who_has_access.of_taxpayer, name="taxpayer_who_has_access"),
    path("why/", why.why_not, name="why_not"),
]
