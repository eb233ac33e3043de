"""Addresses of third-party access. Each names the taxpayer that it acts for, so that two tabs never mix."""

from django.urls import URLPattern, URLResolver, include, path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.third_party_access.views import acting, asking, asking_many, changing, clients, deciding, start

app_name = "third_party_access"

_firm = [
    path("", acting.firm, name="firm"),
    path("rights/", changing.change, name="change"),
    path("end/", changing.end, name="end"),
    path("revoke/", changing.revoke, name="revoke"),
]
_of_taxpayer: list[URLPattern | URLResolver] = [
    path("", start.overview, name="overview"),
    path("request/", asking.request_page, name="request"),
    path("requests/", clients.requests, name="requests"),
    path("requests/csv/", clients.requests_csv, name="requests_csv"),
    path("requests/upload/", asking_many.upload, name="upload"),
    path("requests/upload/pattern/", asking_many.pattern, name="pattern"),
    path("requests/files/<key:file>/", asking_many.file, name="file"),
    path("requests/files/<key:file>/results/", asking_many.results, name="results"),
    path("requests/<key:pk>/decide/", deciding.decide, name="decide"),
    path("requests/<key:pk>/withdraw/", asking.withdraw, name="withdraw"),
    path("who-acts-for-me/", acting.who_acts_for_me, name="who_acts"),
    path("who-acts-for-me/csv/", acting.who_acts_csv, name="who_acts_csv"),
    path("who-acts-for-me/<key:third_party>/", include(_firm)),
    path("clients/", clients.clients, name="clients"),
    path("clients/csv/", clients.clients_csv, name="clients_csv"),
    path("clients/<key:client>/", clients.client, name="client"),
    path("clients/<key:client>/drop/", clients.drop, name="drop"),
]
urlpatterns = [
    path("third-party-access/<slug:page>/", start.choose_taxpayer, name="start"),
    path("taxpayers/<key:taxpayer>/third-party-access/", include(_of_taxpayer)),
]
