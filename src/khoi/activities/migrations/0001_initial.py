import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('leads', '0001_initial'),
        ('people', '0001_initial'),
        ('team', '__first__'),
        ('workspace', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('call', 'Call'), ('meeting', 'Meeting'), ('visit', 'Visit'), ('email', 'Email'), ('sms', 'SMS'), ('zalo', 'Zalo'), ('task', 'Task'), ('note', 'Note')], max_length=10)),
                ('direction', models.CharField(blank=True, max_length=3)),
                ('outcome', models.CharField(blank=True, choices=[('connected', 'Connected'), ('no_answer', 'No answer'), ('busy', 'Busy'), ('wrong_number', 'Wrong number'), ('left_message', 'Left a message'), ('held', 'Held'), ('no_show', 'No show'), ('done', 'Done'), ('cancelled', 'Cancelled')], max_length=15)),
                ('body', models.TextField(blank=True)),
                ('occurred_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='leads.lead')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='people.person')),
            ],
            options={
                'db_table': 'activities_activity',
                'indexes': [models.Index(fields=['person', 'occurred_at'], name='activity_of_person'), models.Index(fields=['by', 'occurred_at'], name='activity_of_user')],
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='activity_public_id_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='activities.activity')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='workspace.file')),
            ],
            options={
                'db_table': 'activities_attachment',
                'constraints': [models.UniqueConstraint(fields=('activity', 'file'), name='file_is_attached_once')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('call', 'Call'), ('meeting', 'Meeting'), ('visit', 'Visit'), ('email', 'Email'), ('sms', 'SMS'), ('zalo', 'Zalo'), ('task', 'Task'), ('note', 'Note')], default='task', max_length=10)),
                ('title', models.CharField(max_length=200)),
                ('note', models.TextField(blank=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('lead', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='leads.lead')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='people.person')),
            ],
            options={
                'db_table': 'activities_task',
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['owner', 'due_at'], name='task_to_do'), models.Index(fields=['person', 'created_at'], name='task_of_person')],
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='task_public_id_is_unique')],
            },
        ),
    ]
