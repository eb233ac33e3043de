"""Addresses of the tabs Security Groups and Customer Security. Each names its portfolio, so that two tabs never mix."""

from django.urls import URLPattern, URLResolver, include, path

import countersign.ui.converters  # noqa: F401 - <key:…>
from countersign.security_groups.views import changes, customers, groups, matrix, placing, shaping, uploading

app_name = "security_groups"

_groups = [
    path("", groups.groups, name="list"),
    path("add/", shaping.add, name="add"),
    path("security-groups.csv", groups.groups_csv, name="groups_csv"),
    path("matrix/", matrix.matrix_page, name="matrix"),
    path("matrix.csv", matrix.matrix_csv, name="matrix_csv"),
    path("<key:group>/", groups.group, name="group"),
    path("<key:group>/members.csv", groups.members_csv, name="members_csv"),
    path("<key:group>/change/", shaping.change, name="change"),
    path("<key:group>/delete/", shaping.delete, name="delete"),
]
_customers = [
    path("", customers.customers, name="customers"),
    path("customers.csv", customers.customers_csv, name="customers_csv"),
    path("place/", placing.place_chosen, name="place"),
    path("changes/", changes.changes, name="changes"),
    path("changes.csv", changes.changes_csv, name="changes_csv"),
    path("upload/", uploading.upload, name="upload"),
    path("upload/<key:file>/", uploading.review, name="upload_review"),
    path("upload/<key:file>/changes/", uploading.changes_of_file, name="upload_changes"),
    path("upload/<key:file>/changes.csv", uploading.changes_of_file_csv, name="upload_changes_csv"),
    path("upload/<key:file>/results.csv", uploading.results, name="results"),
    path("<key:taxpayer>/", placing.place_one, name="place_one"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("portfolios/<key:portfolio>/security-groups/", include(_groups)),
    path("portfolios/<key:portfolio>/customer-security/", include(_customers)),
]
