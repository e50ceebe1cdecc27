from django.urls import path

from portal.artifacts import api
from portal.artifacts.policies import upload_token

app_name = "artifacts"
urlpatterns = [
    path("", upload_token(api.UploadList.as_view()), name="uploads"),
    path("<uuid:upload>/", upload_token(api.UploadDetail.as_view()), name="upload"),
    path("<uuid:upload>/complete/", upload_token(api.UploadCompletion.as_view()), name="complete"),
    path("<uuid:upload>/parts/", upload_token(api.UploadParts.as_view()), name="parts"),
    path("<uuid:upload>/<int:index>/<int:number>/", upload_token(api.UploadPart.as_view()), name="part"),
]
