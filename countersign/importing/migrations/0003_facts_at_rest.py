"""While an import compares facts with its rows, whoever begins or ends one waits: each would miss the other's."""

from django.db import migrations

FACT_TABLES = (
    "logonstanding",
    "taxpayercondition",
    "taxpayeraccess",
    "accountrights",
    "grant",
    "portfolioholder",
    "portfoliosource",
    "secondarylogon",
    "refinement",
    "securitygroup",
    "placement",
    "groupmember",
)
FUNCTION = """
CREATE FUNCTION importing_wait_for_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Shared by everybody who writes facts; an import takes it alone (countersign/importing/operations.py).
    PERFORM pg_advisory_xact_lock_shared(20102, 2);
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("importing", "0002_analyze"), ("access", "0002_facts_end_once")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION importing_wait_for_import()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER waits_for_import BEFORE INSERT OR UPDATE ON access_{table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION importing_wait_for_import()",
                f"DROP TRIGGER waits_for_import ON access_{table}",
            )
            for table in FACT_TABLES
        ),
    ]
