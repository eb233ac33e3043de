"""Whatever is inserted into the log, by whatever means, is put on the sealer's list."""

from django.db import migrations

CREATE = """
CREATE FUNCTION events_entry_waits_for_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events_unsealedentry (entry_id) SELECT id FROM inserted;
    RETURN NULL;
END $$;
CREATE TRIGGER waits_for_seal AFTER INSERT ON events_entry REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION events_entry_waits_for_seal();
"""
DROP = """
DROP TRIGGER waits_for_seal ON events_entry;
DROP FUNCTION events_entry_waits_for_seal();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
