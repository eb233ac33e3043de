"""Addresses of submissions."""

from django.urls import path

from countersign.submissions import views

app_name = "submissions"
urlpatterns = [
    path("submissions/", views.submissions, name="list"),
    path("submissions/csv/", views.submissions_csv, name="csv"),
    path("submissions/<str:number>/", views.submission, name="detail"),
    path("submissions/<str:number>/done/", views.done, name="done"),
]
