import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campaigns', '0001_initial'),
        ('leads', '0001_initial'),
        ('team', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60)),
                ('name', models.CharField(max_length=120)),
                ('fields', models.JSONField(default=list)),
                ('texts', models.JSONField(default=dict)),
                ('consent_version', models.IntegerField(default=1)),
                ('consent_changed_at', models.DateTimeField()),
                ('embed_on', models.JSONField(default=list)),
                ('channel', models.CharField(choices=[('website', 'Website'), ('email', 'Email'), ('phone', 'Phone'), ('sms', 'SMS'), ('zalo', 'Zalo'), ('facebook', 'Facebook'), ('social', 'Social media'), ('ads', 'Ads'), ('media', 'Press and media'), ('post', 'Post'), ('shop', 'Shop'), ('in_person', 'In person'), ('partner', 'Partner'), ('file', 'File')], default='website', max_length=20)),
                ('touch_kind', models.CharField(default='form', max_length=20)),
                ('is_live', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('campaign', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='forms', to='campaigns.campaign')),
                ('source', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='forms', to='campaigns.source')),
            ],
            options={
                'db_table': 'capture_form',
                'constraints': [models.UniqueConstraint(fields=('slug',), name='form_slug_is_used_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('file_name', models.CharField(max_length=255)),
                ('size', models.BigIntegerField(default=0)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('stored_as', models.CharField(blank=True, max_length=120)),
                ('sheet', models.CharField(blank=True, max_length=120)),
                ('encoding', models.CharField(blank=True, max_length=40)),
                ('layout', models.CharField(blank=True, max_length=120)),
                ('mapping', models.TextField(blank=True)),
                ('consent', models.TextField(blank=True)),
                ('dry_run', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('draft', 'Not started'), ('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='draft', max_length=10)),
                ('counts', models.JSONField(default=dict)),
                ('problems', models.JSONField(default=list)),
                ('rejected_file', models.CharField(blank=True, max_length=120)),
                ('act_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('error', models.JSONField(default=dict)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'capture_import_run',
                'indexes': [models.Index(fields=['created_at'], name='import_run_by_age')],
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='import_run_public_id_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('payload', models.JSONField()),
                ('language', models.CharField(max_length=5)),
                ('ip', models.CharField(blank=True, max_length=45)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('verdict', models.CharField(max_length=10)),
                ('received_at', models.DateTimeField()),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='capture.form')),
                ('lead', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='submissions', to='leads.lead')),
            ],
            options={
                'db_table': 'capture_submission',
                'indexes': [models.Index(fields=['ip', 'received_at'], name='submission_by_sender')],
                'constraints': [models.UniqueConstraint(fields=('form', 'key'), name='submission_is_taken_once')],
            },
        ),
    ]
