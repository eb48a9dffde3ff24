from django.urls import path, re_path

from khoi.reports.views import files, pages

app_name = "reports"

urlpatterns = [
    path("reports/", pages.index, name="index"),
    path("reports/leads/", pages.leads, name="leads"),
    path("reports/deals/", pages.deals, name="deals"),
    re_path(r"^reports/(?P<report>funnel|sources|pipeline|response)\.(?P<form>csv|xlsx)$", files.export, name="export"),
]
