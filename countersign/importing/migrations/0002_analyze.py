"""Only a table's owner may ANALYZE it: a function of the owner's does it for the import, for our tables only."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION importing_analyze(wanted text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF wanted ~ '^(access|taxpayers|logons|importing)_[a-z]+$' THEN
        EXECUTE format('ANALYZE public.%I', wanted);
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("importing", "0001_initial"), ("access", "0002_facts_end_once")]

    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION importing_analyze(text)")]
