import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Forgotten',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.CharField(max_length=320)),
                ('asked_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'team_forgotten',
            },
        ),
        migrations.CreateModel(
            name='Attempts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(max_length=64)),
                ('count', models.IntegerField(default=0)),
                ('since', models.DateTimeField()),
            ],
            options={
                'db_table': 'team_attempts',
                'indexes': [models.Index(fields=['since'], name='attempts_by_age')],
                'constraints': [models.UniqueConstraint(fields=('door',), name='attempts_are_counted_once_per_door')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('user_id', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'db_table': 'team_session',
                'abstract': False,
                'indexes': [models.Index(fields=['user_id'], name='session_of_user')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=120)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'team_team',
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='team_public_id_is_unique'), models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='team_name_is_used_once')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('full_name', models.CharField(max_length=120)),
                ('role', models.CharField(choices=[('admin', 'Administrator'), ('manager', 'Manager'), ('rep', 'Sales rep'), ('marketer', 'Marketer'), ('partner', 'Partner'), ('read_only', 'Read only')], max_length=20)),
                ('visibility', models.CharField(choices=[('own', 'Own records'), ('team', 'The team’s records'), ('all', 'All records')], default='team', max_length=5)),
                ('language', models.CharField(choices=[('vi', 'Tiếng Việt'), ('en', 'English')], default='vi', max_length=5)),
                ('theme', models.CharField(blank=True, choices=[('', 'As the device says'), ('light', 'Light'), ('dark', 'Dark')], default='', max_length=5)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('password_set_at', models.DateTimeField(null=True)),
                ('team', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='team.team')),
            ],
            options={
                'db_table': 'team_user',
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='user_public_id_is_unique'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_is_lower_case')],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invitation', 'invitation'), ('reset', 'reset')], max_length=12)),
                ('digest', models.CharField(max_length=64)),
                ('password_mark', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tickets', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'team_ticket',
                'indexes': [models.Index(fields=['expires_at'], name='ticket_by_expiry')],
                'constraints': [models.UniqueConstraint(fields=('digest',), name='ticket_digest_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=120)),
                ('digest', models.CharField(max_length=64)),
                ('hint', models.CharField(max_length=8)),
                ('scopes', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'team_token',
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='token_public_id_is_unique'), models.UniqueConstraint(fields=('digest',), name='token_digest_is_unique')],
            },
        ),
    ]
