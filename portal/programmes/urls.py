"""Public pages under /programmes/."""

from django.urls import path

from portal.programmes.views import public

app_name = "programmes"

urlpatterns = [
    path("", public.programme_list, name="list"),
    path("<slug:slug>/", public.programme, name="programme"),
    path("<slug:slug>/rules/<int:version>/", public.ruleset, name="ruleset"),
    path("<slug:slug>/rules/<int:before>/to/<int:after>/", public.ruleset_diff, name="ruleset-diff"),
    path("<slug:slug>/rules/<int:version>/rules.json", public.ruleset_json, name="ruleset-json"),
    path("<slug:slug>/rules/<int:version>/rules.yaml", public.ruleset_yaml, name="ruleset-yaml"),
]
