import django.db.models.deletion
import patients.models.tenancy
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('followups', '0007_messages_from_patients'),
        ('patients', '0002_letters_and_closed_channels'),
        ('staff', '0003_number_for_texts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('release_reason', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='OnCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail of whoever is on call')),
                ('phone', models.CharField(blank=True, help_text="For text messages, with the country's code: +12125550100.", max_length=16, verbose_name='mobile phone of whoever is on call')),
                ('escalation_email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail if nobody acknowledges')),
                ('escalation_phone', models.CharField(blank=True, max_length=16, verbose_name='mobile phone if nobody acknowledges')),
            ],
            options={
                'verbose_name': 'on-call route',
                'verbose_name_plural': 'on-call route',
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('only', models.BooleanField(default=True, unique=True)),
                ('place', models.CharField(max_length=80)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Phone call'), ('letter', 'Letter')], max_length=10, unique=True)),
                ('failures', models.PositiveIntegerField(default=0, help_text='In a row.')),
                ('open_until', models.DateTimeField(blank=True, help_text='Nothing is sent before; then one message tries.', null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, help_text='The latest failure.', max_length=80)),
            ],
            options={
                'ordering': ['channel'],
            },
        ),
        migrations.CreateModel(
            name='StaffMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Given to the provider: its idempotency key, and how a receipt finds us.', unique=True)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'Text message'), ('phone', 'Phone call'), ('letter', 'Letter')], max_length=10)),
                ('not_before', models.DateTimeField()),
                ('was_due_at', models.DateTimeField(blank=True, help_text='When it was to leave, if it had to wait.', null=True)),
                ('not_after', models.DateTimeField(help_text='Later than this it would only confuse.')),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('suppressed', 'Not sent: no longer wanted'), ('superseded', 'Not sent: a newer one took its place'), ('expired', 'Not sent: too late'), ('failed', 'Failed'), ('quarantined', 'Set aside: somebody has to look')], default='pending', max_length=12)),
                ('claim_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, help_text='Counted at the send, not at the claim.')),
                ('unanswered', models.PositiveSmallIntegerField(default=0, help_text='Sends begun since the provider last answered: nobody knows their end.')),
                ('sending_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, help_text='Why it was not sent, or has to wait.', max_length=80)),
                ('provider_id', models.CharField(blank=True, help_text="The provider's own name for it.", max_length=120)),
                ('delivery', models.CharField(blank=True, choices=[('accepted', 'Accepted by the provider'), ('delivered', 'Delivered'), ('undelivered', 'Could not be delivered')], help_text='What the provider said since.', max_length=12)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('page', 'Emergency page'), ('escalation', 'Emergency page, escalated'), ('assigned', 'Case assigned'), ('target', 'Response target running out'), ('digest', 'Daily digest')], max_length=12)),
                ('key', models.CharField(help_text='What it is about: told once.', max_length=80)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['not_before', 'pk'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='reminder',
            name='unanswered',
            field=models.PositiveSmallIntegerField(default=0, help_text='Sends begun since the provider last answered: nobody knows their end.'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='was_due_at',
            field=models.DateTimeField(blank=True, help_text='When it was to leave, if it had to wait.', null=True),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('state__in', ['quarantined', 'failed', 'expired'])), fields=['clinic', 'state', 'not_before'], name='reminder_troubled'),
        ),
        migrations.AddField(
            model_name='hold',
            name='by',
            field=models.ForeignKey(blank=True, help_text='Empty: the system, when it found itself restored.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='clinic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.clinic'),
        ),
        migrations.AddField(
            model_name='hold',
            name='released_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='oncall',
            name='clinic',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='on_call', to='staff.clinic'),
        ),
        migrations.AddConstraint(
            model_name='origin',
            constraint=models.CheckConstraint(condition=models.Q(('only', True)), name='origin_is_one_row'),
        ),
        migrations.AddConstraint(
            model_name='provider',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'phone', 'letter'])), name='provider_channel_is_known'),
        ),
        migrations.AddField(
            model_name='staffmessage',
            name='acknowledged_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='staffmessage',
            name='clinic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='staff.clinic'),
        ),
        migrations.AddField(
            model_name='staffmessage',
            name='flag',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='staff_messages', to='followups.flag'),
        ),
        migrations.AddField(
            model_name='staffmessage',
            name='to',
            field=models.ForeignKey(blank=True, help_text="Empty: the clinic's on-call route.", null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=patients.models.tenancy.OwnRows(name='hold_own_rows'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('clinic',), name='hold_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hold_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('release_reason', ''), ('released_at', None), ('released_by', None)), models.Q(('released_at__gte', models.F('at')), ('released_at__isnull', False), models.Q(('release_reason', ''), _negated=True)), _connector='OR'), name='hold_released_with_a_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hold',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_change(\n                TG_TABLE_NAME, TG_OP,\n                CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,\n                CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END,\n                ARRAY[]::text[]\n            );\n            RETURN NULL;\n        ", hash='4736477ada1cfd21a555c5417b5dce8a14193b2f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_fa114', table='followups_hold', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='oncall',
            constraint=patients.models.tenancy.OwnRows(name='on_call_own_rows'),
        ),
        migrations.AddConstraint(
            model_name='oncall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), models.Q(('phone', ''), _negated=True), _connector='OR'), name='on_call_reaches_somebody', violation_error_message='Enter an e-mail address or a mobile phone.'),
        ),
        migrations.AddConstraint(
            model_name='oncall',
            constraint=models.CheckConstraint(condition=models.Q(('email__regex', '^([^@\\s]+@[^@\\s]+)?$'), ('escalation_email__regex', '^([^@\\s]+@[^@\\s]+)?$'), ('escalation_phone__regex', '^(\\+[1-9][0-9]{6,14})?$'), ('phone__regex', '^(\\+[1-9][0-9]{6,14})?$')), name='on_call_addresses_can_be', violation_error_message='Write phones like +12125550100, without spaces.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='oncall',
            trigger=pgtrigger.compiler.Trigger(name='audited', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_change(\n                TG_TABLE_NAME, TG_OP,\n                CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,\n                CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END,\n                ARRAY[]::text[]\n            );\n            RETURN NULL;\n        ", hash='fb4183e230debea022e14b0eb90ef22f16953334', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_audited_3fa22', table='followups_oncall', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='staffmessage',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'sending'])), fields=['attempts', 'not_before', 'id'], name='staffmessage_outbox'),
        ),
        migrations.AddIndex(
            model_name='staffmessage',
            index=models.Index(condition=models.Q(('provider_id', ''), _negated=True), fields=['provider_id'], name='staffmessage_provider_id'),
        ),
        migrations.AddIndex(
            model_name='staffmessage',
            index=models.Index(condition=models.Q(('state__in', ['quarantined', 'failed', 'expired'])), fields=['clinic', 'state', 'not_before'], name='staffmessage_troubled'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.CheckConstraint(condition=models.Q(('not_after__gt', models.F('not_before'))), name='staffmessage_not_after_follows_not_before'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='staffmessage_sent_at_iff_sent'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), models.Q(('claim_token__isnull', False), ('lease_until__isnull', False)), _connector='OR'), name='staffmessage_sending_has_a_lease'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'sending', 'sent', 'suppressed', 'superseded', 'expired', 'failed', 'quarantined'])), name='staffmessage_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_at', None), ('delivery', '')), models.Q(('delivered_at', None), ('delivery__in', ['accepted', 'undelivered'])), models.Q(('delivered_at__isnull', False), ('delivery', 'delivered')), _connector='OR'), name='staffmessage_delivered_at_iff_delivered'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=patients.models.tenancy.OwnRows(name='staff_message_own_rows'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=patients.models.tenancy.SameClinic(field='flag', name='staff_message_flag_same_clinic'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.UniqueConstraint(fields=('clinic', 'key', 'channel'), name='staff_message_told_once'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('flag__isnull', False), ('kind__in', ('page', 'escalation'))), models.Q(('kind__in', ['page', 'escalation', 'assigned', 'target', 'digest']), ('to__isnull', False), models.Q(('kind__in', ('page', 'escalation')), _negated=True)), _connector='OR'), name='staff_message_page_or_person'),
        ),
        migrations.AddConstraint(
            model_name='staffmessage',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at', None), ('acknowledged_by', None)), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False), ('kind__in', ('page', 'escalation'))), _connector='OR'), name='staff_message_acknowledged_by_somebody'),
        ),
    ]
