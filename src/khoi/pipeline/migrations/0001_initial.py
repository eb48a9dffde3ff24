import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0001_initial'),
        ('people', '0001_initial'),
        ('team', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pipeline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('name_vi', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'db_table': 'pipeline_pipeline',
                'constraints': [models.UniqueConstraint(fields=('code',), name='pipeline_code_is_used_once')],
            },
        ),
        migrations.CreateModel(
            name='PipelineStage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('name_vi', models.CharField(blank=True, max_length=120)),
                ('position', models.IntegerField()),
                ('probability', models.SmallIntegerField()),
                ('kind', models.CharField(choices=[('open', 'open'), ('won', 'won'), ('lost', 'lost')], default='open', max_length=4)),
                ('forecast_category', models.CharField(choices=[('pipeline', 'Pipeline'), ('best_case', 'Best case'), ('commit', 'Commit'), ('closed', 'Closed'), ('omitted', 'Omitted')], max_length=10)),
                ('gate', models.JSONField(default=dict)),
                ('rot_days', models.IntegerField(null=True)),
                ('pipeline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stages', to='pipeline.pipeline')),
            ],
            options={
                'db_table': 'pipeline_stage',
                'constraints': [models.UniqueConstraint(fields=('pipeline', 'code'), name='stage_code_is_used_once_per_pipeline'), models.CheckConstraint(condition=models.Q(('probability__gte', 0), ('probability__lte', 100)), name='probability_is_percent')],
            },
        ),
        migrations.CreateModel(
            name='Opportunity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200)),
                ('need', models.TextField(blank=True)),
                ('amount', models.BigIntegerField(null=True)),
                ('currency', models.CharField(default='VND', max_length=3)),
                ('close_on', models.DateField(null=True)),
                ('decision_maker', models.CharField(blank=True, max_length=200)),
                ('entered_stage_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('lost_reason', models.CharField(blank=True, choices=[('price', 'Price'), ('competitor', 'Competitor'), ('no_budget', 'No budget'), ('no_authority', 'No authority'), ('no_need', 'No need'), ('timing', 'Timing'), ('missing_feature', 'Missing feature'), ('no_response', 'No response'), ('poor_fit', 'Poor fit'), ('duplicate', 'Duplicate'), ('invalid_data', 'Invalid data'), ('other', 'Other')], max_length=20)),
                ('lost_note', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('search', models.TextField(blank=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='accounts.account')),
                ('contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='accounts.contact')),
                ('lead', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunity', to='leads.lead')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='people.person')),
                ('pipeline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='pipeline.pipeline')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='pipeline.pipelinestage')),
            ],
            options={
                'db_table': 'pipeline_opportunity',
                'indexes': [models.Index(fields=['stage', 'close_on', 'id'], name='opportunity_by_stage'), models.Index(fields=['owner', 'id'], name='opportunity_of_owner'), models.Index(fields=['closed_at'], name='opportunity_by_end')],
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='opportunity_public_id_is_unique'), models.CheckConstraint(condition=models.Q(('amount', None), ('amount__gte', 0), _connector='OR'), name='amount_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='StageMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(max_length=10)),
                ('reason', models.CharField(blank=True, choices=[('price', 'Price'), ('competitor', 'Competitor'), ('no_budget', 'No budget'), ('no_authority', 'No authority'), ('no_need', 'No need'), ('timing', 'Timing'), ('missing_feature', 'Missing feature'), ('no_response', 'No response'), ('poor_fit', 'Poor fit'), ('duplicate', 'Duplicate'), ('invalid_data', 'Invalid data'), ('other', 'Other')], max_length=20)),
                ('note', models.TextField(blank=True)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('from_stage', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.pipelinestage')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='pipeline.opportunity')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('to_stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pipeline.pipelinestage')),
            ],
            options={
                'db_table': 'pipeline_stage_move',
                'indexes': [models.Index(fields=['opportunity', 'occurred_at', 'id'], name='move_of_opportunity')],
            },
        ),
    ]
