"""Every address of the site, composed from the apps."""

from django.contrib import admin
from django.urls import include, path

from clinic import views
from clinic.staff import converters

converters.register()

urlpatterns = [
    path("", views.home, name="home"),
    path("signin/", views.sign_in, name="signin"),
    path("signout/", views.sign_out, name="signout"),
    path("admin/", admin.site.urls),
    path("", include("clinic.operations.urls")),
    path("", include("followups.urls")),
    path("patients/", include("followups.patient_urls")),
    path("c/", include("followups.check_in_urls")),
]
