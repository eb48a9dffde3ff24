from django.db import migrations


class Migration(migrations.Migration):
    """Tables without a history get triggers that let Khơi alone write them. Triggers are put back after every upgrade,
    so there is nothing to do but to be one."""

    dependencies = [("history", "0002_find_what_was_deleted")]
