"""A fact is ended once: the database itself refuses a second end, for every role."""

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
CREATE FUNCTION access_fact_has_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'fact % of % has ended and never changes again', OLD.id, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION access_fact_has_ended()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER ends_once BEFORE UPDATE ON access_{table} FOR EACH ROW "
                "WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION access_fact_has_ended()",
                f"DROP TRIGGER ends_once ON access_{table}",
            )
            for table in FACT_TABLES
        ),
    ]
