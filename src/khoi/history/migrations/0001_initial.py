import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.BigIntegerField(default=0)),
                ('chain', models.BinaryField(default=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00')),
                ('recorded_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'history_head',
            },
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('occurred_at', models.DateTimeField()),
                ('verb', models.CharField(max_length=60)),
                ('actor_kind', models.CharField(max_length=20)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(blank=True, max_length=200)),
                ('via', models.CharField(max_length=20)),
                ('subject_tbl', models.SmallIntegerField(null=True)),
                ('subject_id', models.BigIntegerField(null=True)),
                ('key', models.CharField(max_length=200, null=True)),
                ('why', models.TextField(default='{}')),
                ('is_undo', models.BooleanField(default=False)),
                ('position', models.BigIntegerField(null=True)),
                ('seal', models.BinaryField(null=True)),
                ('chain', models.BinaryField(null=True)),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='undid', to='history.act')),
            ],
            options={
                'db_table': 'history_act',
                'indexes': [models.Index(fields=['subject_tbl', 'subject_id', 'id'], name='act_of_subject'), models.Index(fields=['recorded_at'], name='act_by_time'), models.Index(condition=models.Q(('is_undo', True)), fields=['position'], name='act_that_takes_back')],
                'constraints': [models.UniqueConstraint(fields=('key',), name='act_key_is_used_once'), models.UniqueConstraint(fields=('position',), name='act_has_one_place_in_the_chain')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=200)),
                ('key', models.CharField(max_length=200)),
                ('body_hash', models.CharField(max_length=64)),
                ('status', models.SmallIntegerField(default=0)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'history_answer',
                'indexes': [models.Index(fields=['answered_at'], name='answer_by_age')],
                'constraints': [models.UniqueConstraint(fields=('scope', 'key'), name='answer_is_given_once_per_key')],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tbl', models.SmallIntegerField()),
                ('row_id', models.BigIntegerField()),
                ('subject_id', models.BigIntegerField(null=True)),
                ('op', models.CharField(max_length=1)),
                ('before', models.TextField(null=True)),
                ('personal', models.TextField(null=True)),
                ('salt', models.BinaryField(null=True)),
                ('seal', models.BinaryField(null=True)),
                ('act', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, to='history.act')),
            ],
            options={
                'db_table': 'history_change',
                'indexes': [models.Index(fields=['tbl', 'row_id', 'id'], name='change_of_row'), models.Index(condition=models.Q(('personal__isnull', False)), fields=['subject_id'], name='change_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('op__in', ['i', 'u', 'd'])), name='change_is_insert_update_or_delete')],
            },
        ),
    ]
