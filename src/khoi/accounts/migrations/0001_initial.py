import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('team', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200)),
                ('industry', models.CharField(blank=True, max_length=80)),
                ('employees', models.IntegerField(null=True)),
                ('annual_revenue', models.BigIntegerField(null=True)),
                ('currency', models.CharField(default='VND', max_length=3)),
                ('region', models.CharField(blank=True, max_length=80)),
                ('website', models.CharField(blank=True, max_length=200)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('tax_code', models.CharField(blank=True, max_length=20)),
                ('created_at', models.DateTimeField()),
                ('name_key', models.CharField(blank=True, max_length=200)),
                ('search', models.TextField(blank=True)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'accounts_account',
                'indexes': [models.Index(fields=['name_key'], name='account_by_name_key'), models.Index(fields=['owner', 'id'], name='account_of_owner')],
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='account_public_id_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('customer', 'Customer'), ('partner', 'Partner'), ('supplier', 'Supplier')], default='customer', max_length=10)),
                ('job_title', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='accounts.account')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='people.person')),
            ],
            options={
                'db_table': 'accounts_contact',
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='contact_public_id_is_unique'), models.UniqueConstraint(fields=('person', 'account'), name='person_is_one_contact_of_an_account')],
            },
        ),
    ]
