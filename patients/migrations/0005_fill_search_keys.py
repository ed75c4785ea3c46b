"""Make the search keys of the patients that are on record already."""

from itertools import islice

from django.db import migrations

from patients.search_keys import keys_of

PATIENTS_AT_ONCE = 500


def fill(apps, schema_editor):
    key_model = apps.get_model("patients", "SearchKey")
    patients = apps.get_model("patients", "Patient").objects.order_by("pk")
    every = patients.iterator(PATIENTS_AT_ONCE)
    while some := list(islice(every, PATIENTS_AT_ONCE)):
        phones = _phones(apps, some)
        made = (
            key_model(clinic_id=each.clinic_id, patient_id=each.pk, kind=kind, key=key)
            for each in some
            for kind, key in set(keys_of(each, phones.get(each.pk, ())))
        )
        key_model.objects.bulk_create(made, batch_size=5000)


def _phones(apps, patients):
    found = {}
    channels = apps.get_model("patients", "ContactChannel").objects.filter(kind__in=("sms", "phone"))
    for channel in channels.filter(patient__in=[each.pk for each in patients]):
        found.setdefault(channel.patient_id, []).append(channel.address)
    return found


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0004_search_keys'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
