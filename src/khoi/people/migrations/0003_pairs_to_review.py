import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_people_can_be_merged'),
    ]

    operations = [
        migrations.CreateModel(
            name='NotTheSame',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('said_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'people_not_the_same',
            },
        ),
        migrations.CreateModel(
            name='PossibleDuplicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reasons', models.JSONField(default=list)),
                ('sure', models.SmallIntegerField()),
            ],
            options={
                'db_table': 'people_possible_duplicate',
                'indexes': [models.Index(fields=['-sure', 'id'], name='pair_by_sureness')],
            },
        ),
        migrations.AlterField(
            model_name='matchkey',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='match_keys', to='people.person'),
        ),
        migrations.AddIndex(
            model_name='matchkey',
            index=models.Index(fields=['person', 'kind', 'value'], name='match_key_of_person'),
        ),
        migrations.AddField(
            model_name='notthesame',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told_apart_after', to='people.person'),
        ),
        migrations.AddField(
            model_name='notthesame',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told_apart_before', to='people.person'),
        ),
        migrations.AddField(
            model_name='possibleduplicate',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='possible_duplicates_after', to='people.person'),
        ),
        migrations.AddField(
            model_name='possibleduplicate',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='possible_duplicates_before', to='people.person'),
        ),
        migrations.AddConstraint(
            model_name='notthesame',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='two_people_are_told_apart_once'),
        ),
        migrations.AddConstraint(
            model_name='notthesame',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='told_apart_begins_with_the_longer_known'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='pair_is_listed_once'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='pair_begins_with_the_longer_known'),
        ),
    ]
