import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('people', '0001_initial'),
        ('team', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('company_name', models.CharField(blank=True, max_length=200)),
                ('need', models.CharField(blank=True, max_length=200)),
                ('message', models.TextField(blank=True)),
                ('industry', models.CharField(blank=True, max_length=80)),
                ('employees', models.IntegerField(null=True)),
                ('region', models.CharField(blank=True, max_length=80)),
                ('channel', models.CharField(blank=True, choices=[('website', 'Website'), ('email', 'Email'), ('phone', 'Phone'), ('sms', 'SMS'), ('zalo', 'Zalo'), ('facebook', 'Facebook'), ('social', 'Social media'), ('ads', 'Ads'), ('media', 'Press and media'), ('post', 'Post'), ('shop', 'Shop'), ('in_person', 'In person'), ('partner', 'Partner'), ('file', 'File')], max_length=20)),
                ('landing_page', models.CharField(blank=True, max_length=500)),
                ('referrer', models.CharField(blank=True, max_length=500)),
                ('utm', models.JSONField(default=dict)),
                ('claims', models.JSONField(default=dict)),
                ('extras', models.JSONField(default=dict)),
                ('lifecycle_stage', models.CharField(choices=[('suspect', 'Suspect'), ('lead', 'Lead'), ('prospect', 'Prospect'), ('mql', 'MQL'), ('sal', 'SAL'), ('sql', 'SQL'), ('opportunity', 'Opportunity'), ('customer', 'Customer'), ('recycled', 'Recycled'), ('disqualified', 'Disqualified')], default='suspect', max_length=12)),
                ('work_status', models.CharField(choices=[('new', 'New'), ('attempting', 'Attempting'), ('contacted', 'Contacted'), ('nurturing', 'Nurturing'), ('closed', 'Closed')], default='new', max_length=10)),
                ('exit_reason', models.CharField(blank=True, choices=[('price', 'Price'), ('competitor', 'Competitor'), ('no_budget', 'No budget'), ('no_authority', 'No authority'), ('no_need', 'No need'), ('timing', 'Timing'), ('missing_feature', 'Missing feature'), ('no_response', 'No response'), ('poor_fit', 'Poor fit'), ('duplicate', 'Duplicate'), ('invalid_data', 'Invalid data'), ('other', 'Other')], max_length=20)),
                ('return_on', models.DateField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('respond_by', models.DateTimeField(null=True)),
                ('responded_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('engagement_raised', models.BigIntegerField(null=True)),
                ('engagement_lowered', models.BigIntegerField(null=True)),
                ('lasts_until', models.BigIntegerField(null=True)),
                ('fit_points', models.IntegerField(default=0)),
                ('fit_grade', models.CharField(blank=True, max_length=1)),
                ('temperature', models.CharField(choices=[('cold', 'Cold'), ('warm', 'Warm'), ('hot', 'Hot')], default='cold', max_length=4)),
                ('next_check_at', models.DateTimeField(null=True)),
                ('search', models.TextField(blank=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='accounts.account')),
                ('campaign', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='campaigns.campaign')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='people.person')),
                ('source', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='campaigns.source')),
            ],
            options={
                'db_table': 'leads_lead',
                'indexes': [models.Index(fields=['owner', 'arrived_at', 'id'], name='lead_of_owner'), models.Index(fields=['lifecycle_stage', 'arrived_at', 'id'], name='lead_by_stage'), models.Index(fields=['arrived_at', 'id'], name='lead_by_arrival'), models.Index(fields=['lasts_until', 'id'], name='lead_by_engagement'), models.Index(condition=models.Q(('respond_by__isnull', False), ('responded_at', None)), fields=['respond_by'], name='lead_by_clock'), models.Index(condition=models.Q(('next_check_at__isnull', False)), fields=['next_check_at'], name='lead_to_check')],
                'constraints': [models.UniqueConstraint(fields=('public_id',), name='lead_public_id_is_unique'), models.CheckConstraint(condition=models.Q(models.Q(('lifecycle_stage', 'suspect'), ('work_status__in', ('new', 'attempting', 'contacted', 'nurturing'))), models.Q(('lifecycle_stage', 'lead'), ('work_status__in', ('new', 'attempting', 'contacted', 'nurturing'))), models.Q(('lifecycle_stage', 'prospect'), ('work_status__in', ('new', 'attempting', 'contacted', 'nurturing'))), models.Q(('lifecycle_stage', 'mql'), ('work_status__in', ('new', 'attempting', 'contacted', 'nurturing'))), models.Q(('lifecycle_stage', 'sal'), ('work_status__in', ('new', 'attempting', 'contacted', 'nurturing'))), models.Q(('lifecycle_stage', 'sql'), ('work_status__in', ('new', 'attempting', 'contacted', 'nurturing'))), models.Q(('lifecycle_stage', 'opportunity'), ('work_status__in', ('new', 'attempting', 'contacted', 'nurturing'))), models.Q(('lifecycle_stage', 'customer'), ('work_status__in', ('closed',))), models.Q(('lifecycle_stage', 'recycled'), ('work_status__in', ('nurturing',))), models.Q(('lifecycle_stage', 'disqualified'), ('work_status__in', ('closed',))), _connector='OR'), name='stage_and_work_status_go_together'), models.CheckConstraint(condition=models.Q(models.Q(('lifecycle_stage', 'disqualified'), _negated=True), models.Q(('exit_reason', ''), _negated=True), _connector='OR'), name='disqualified_lead_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='BantFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('budget', 'Budget'), ('authority', 'Authority'), ('need', 'Need'), ('timing', 'Timing')], max_length=10)),
                ('amount', models.BigIntegerField(null=True)),
                ('amount_to', models.BigIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('role', models.CharField(blank=True, choices=[('decision_maker', 'Decision maker'), ('economic_buyer', 'Economic buyer'), ('champion', 'Champion'), ('influencer', 'Influencer'), ('business_evaluator', 'Business evaluator'), ('technical_evaluator', 'Technical evaluator'), ('end_user', 'End user'), ('gatekeeper', 'Gatekeeper'), ('blocker', 'Blocker'), ('executive_sponsor', 'Executive sponsor'), ('legal_procurement', 'Legal or procurement'), ('other', 'Other')], max_length=20)),
                ('on_date', models.DateField(null=True)),
                ('band', models.CharField(blank=True, choices=[('now', 'Now'), ('this_quarter', 'This quarter'), ('this_year', 'This year'), ('later', 'Later')], max_length=12)),
                ('text', models.TextField(blank=True)),
                ('impact', models.TextField(blank=True)),
                ('cost_of_waiting', models.TextField(blank=True)),
                ('confidence', models.SmallIntegerField(default=2)),
                ('evidence', models.CharField(blank=True, max_length=200)),
                ('occurred_at', models.DateTimeField()),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bant', to='leads.lead')),
            ],
            options={
                'db_table': 'leads_bant_fact',
                'indexes': [models.Index(fields=['lead', 'kind', 'occurred_at'], name='bant_of_lead')],
                'constraints': [models.CheckConstraint(condition=models.Q(('confidence__gte', 1), ('confidence__lte', 3)), name='confidence_is_one_to_three')],
            },
        ),
        migrations.CreateModel(
            name='LeadReference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.CharField(max_length=40)),
                ('external_id', models.CharField(max_length=120)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='references', to='leads.lead')),
            ],
            options={
                'db_table': 'leads_lead_reference',
                'constraints': [models.UniqueConstraint(fields=('system', 'external_id'), name='external_id_names_one_lead')],
            },
        ),
    ]
