"""Which site Django's admin is served by."""

from django.contrib.admin.apps import AdminConfig


class HouseAdminConfig(AdminConfig):
    """Django's admin, served by our own site."""

    default_site = "clinic.staff.site.HouseSite"
