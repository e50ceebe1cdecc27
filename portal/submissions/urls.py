from django.urls import path

from portal.submissions import views

app_name = "submissions"
urlpatterns = [
    path("", views.team_home, name="home"),
    path("entries/<int:entry>/open/", views.open_draft, name="open"),
    path("submissions/<int:submission>/", views.submission_page, name="submission"),
    path("submissions/<int:submission>/add/", views.add_item, name="add_item"),
    path("submissions/<int:submission>/remove/<int:item>/", views.remove_item, name="remove_item"),
    path("submissions/<int:submission>/uploads/", views.uploads, name="uploads"),
    path("submissions/<int:submission>/uploads/<uuid:upload>/use/", views.use_upload, name="use_upload"),
    path("submissions/<int:submission>/components/", views.component_declaration, name="components"),
    path("submissions/<int:submission>/training/", views.training_declaration, name="training"),
    path("submissions/<int:submission>/components.cdx.json", views.components_file, name="components_file"),
    path("submissions/<int:submission>/submit/", views.submit, name="submit"),
    path("submissions/<int:submission>/withdraw/", views.withdraw, name="withdraw"),
    path("submissions/<int:submission>/evidence/", views.evidence, name="evidence"),
    path("submissions/<int:submission>/declared/", views.declared, name="declared"),
    path("receipts/<str:number>/", views.receipt_page, name="receipt"),
    path("receipts/<str:number>/receipt.json", views.receipt_file, name="receipt_file"),
    path("receipts/<str:number>/receipt.<slug:form>", views.receipt_document, name="receipt_document"),
    path("self-checks/<int:consortium>/", views.self_checks, name="self-checks"),
    path("self-checks/cancel/<int:check>/", views.cancel_self_check, name="cancel-self-check"),
    path("runs/<int:run>/", views.run_page, name="run"),
]
