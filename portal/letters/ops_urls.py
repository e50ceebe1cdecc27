"""Staff pages under /ops/letters/."""

from django.urls import path

from portal.letters import views

app_name = "ops_letters"

urlpatterns = [
    path("", views.letters, name="letters"),
    path("numbers/", views.numbers, name="numbers"),
    path("<int:letter_id>/", views.letter, name="letter"),
]
