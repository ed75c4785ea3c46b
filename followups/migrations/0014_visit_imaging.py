"""Say of planned visits what is taken for them, as the protocol has it."""

from django.db import migrations

XRAY = ("6wk", "3mo", "6mo", "12mo")


def fill(apps, schema_editor):
    expected = apps.get_model("followups", "Visit").objects.filter(kind__in=XRAY)
    expected.exclude(status__in=["completed", "cancelled"]).update(imaging="xray")


class Migration(migrations.Migration):
    dependencies = [("followups", "0013_appointments")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
