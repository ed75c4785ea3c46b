import django.db.models.deletion
import patients.models.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models


PATIENT_OF_EACH = """
UPDATE followups_reminder AS reminder SET patient_id = surgery.patient_id
FROM followups_checkin AS check_in JOIN patients_surgery AS surgery ON surgery.id = check_in.surgery_id
WHERE check_in.id = reminder.check_in_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('followups', '0001_initial'),
        ('patients', '0001_initial'),
        ('staff', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reminder',
            name='reminder_state_is_known',
        ),
        migrations.AddField(
            model_name='reminder',
            name='asked_by',
            field=models.ForeignKey(blank=True, help_text='Who had it sent; empty: the plan.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reminder',
            name='delivered_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='reminder',
            name='delivery',
            field=models.CharField(blank=True, choices=[('accepted', 'Accepted by the provider'), ('delivered', 'Delivered'), ('undelivered', 'Could not be delivered')], help_text='What the provider said since.', max_length=12),
        ),
        migrations.AddField(
            model_name='reminder',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='patients.patient'),
        ),
        migrations.RunSQL(PATIENT_OF_EACH, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='reminder',
            name='patient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='provider_id',
            field=models.CharField(blank=True, help_text="The provider's own name for it.", max_length=120),
        ),
        migrations.AddField(
            model_name='reminder',
            name='purpose',
            field=models.CharField(choices=[('check_in', 'Check-in'), ('booked', 'Visit booked'), ('in_3_days', 'Visit in 3 days'), ('tomorrow', 'Visit tomorrow'), ('missed', 'Visit missed'), ('to_book', 'Invitation to book')], default='check_in', max_length=12),
        ),
        migrations.AddField(
            model_name='reminder',
            name='visit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='followups.visit'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='visit_at',
            field=models.DateTimeField(blank=True, help_text='The appointment it speaks of: rebooked, it is void.', null=True),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='check_in',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='followups.checkin'),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='public_id',
            field=models.UUIDField(default=uuid.uuid4, editable=False, help_text='Given to the provider: its idempotency key, and how a receipt finds us.', unique=True),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='reason',
            field=models.CharField(blank=True, help_text='Why it was not sent, or has to wait.', max_length=80),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='state',
            field=models.CharField(choices=[('pending', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('suppressed', 'Not sent: no longer wanted'), ('superseded', 'Not sent: a newer one took its place'), ('expired', 'Not sent: too late'), ('failed', 'Failed'), ('quarantined', 'Set aside: somebody has to look')], default='pending', max_length=12),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='step',
            field=models.PositiveSmallIntegerField(help_text='0 for the first, then 1, 2 … each time the patient is reminded.'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='reminder_provider_id'),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(fields=['patient', '-not_before'], name='reminder_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'sent', 'suppressed', 'superseded', 'expired', 'failed', 'quarantined'])), name='reminder_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_at', None), ('delivery', '')), models.Q(('delivered_at', None), ('delivery__in', ['accepted', 'undelivered'])), models.Q(('delivered_at__isnull', False), ('delivery', 'delivered')), _connector='OR'), name='reminder_delivered_at_iff_delivered'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=patients.models.tenancy.SameClinic(field='patient', name='reminder_patient_same_clinic'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=patients.models.tenancy.SameClinic(field='visit', name='reminder_visit_same_clinic'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_in__isnull', False), ('purpose', 'check_in'), ('visit', None)), models.Q(('purpose__in', ['booked', 'in_3_days', 'tomorrow', 'missed', 'to_book']), ('visit__isnull', False), ('check_in', None)), _connector='OR'), name='reminder_about_a_check_in_or_a_visit'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose__in', ['check_in', 'to_book']), ('visit_at', None)), models.Q(models.Q(('purpose__in', ['check_in', 'to_book']), _negated=True), ('visit_at__isnull', False)), _connector='OR'), name='reminder_visit_at_iff_appointment'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('visit__isnull', False)), fields=('visit', 'purpose', 'channel', 'step', 'visit_at'), name='reminder_once_per_appointment', nulls_distinct=False),
        ),
    ]
