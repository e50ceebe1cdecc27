from django.urls import path

from portal.custody.views import public

app_name = "checkpoints"
urlpatterns = [
    path("", public.checkpoints, name="home"),
    path("draws/<int:draw_id>/", public.draw, name="draw"),
    path("draws/<int:draw_id>/draw.json", public.draw_document, name="draw_document"),
]
