"""Every address of the site, composed from the apps."""

from django.contrib import admin
from django.urls import include, path

from clinic import views
from clinic.staff import converters

converters.register()

handler500 = "clinic.errors.server_error"
urlpatterns = [
    path("", views.home, name="home"),
    path("", include("clinic.staff.urls")),
    path("admin/", admin.site.urls),
    path("", include("clinic.operations.urls")),
    path("hooks/", include("clinic.operations.hook_urls")),
    path("", include("clinic.audit.urls")),
    path("", include("clinic.exchange.urls")),
    path("", include("clinic.privacy.urls")),
    path("", include("clinic.find.urls")),
    path("", include("followups.urls")),
    path("patients/", include("followups.patient_urls")),
    path("c/", include("followups.check_in_urls")),
]
