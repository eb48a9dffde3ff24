import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whose a stage change, a BANT fact or a deal's move is follows from its lead or deal and is no longer recorded
    with it. The columns stay as they are; reshaping one writes all recording triggers anew."""

    dependencies = [
        ('qualification', '0001_initial'),
        ('people', '0002_people_can_be_merged'),
        ('accounts', '0002_contacts_can_be_absorbed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='stagechange',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person'),
        ),
    ]
