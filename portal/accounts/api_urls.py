from django.urls import path

from portal.accounts import api
from portal.common.access import anyone, token_scope

app_name = "accounts-api"

start, token, own = api.DeviceStart.as_view(), api.DeviceToken.as_view(), api.OwnToken.as_view()
for open_view in (start, token):
    open_view.access_rule, open_view.step_up = anyone, False  # type: ignore[attr-defined]

urlpatterns = [
    path("device/", start, name="device-start"),
    path("device/token/", token, name="device-token"),
    path("token/", token_scope("upload")(own), name="own-token"),
]
