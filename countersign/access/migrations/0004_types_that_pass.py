import django.contrib.postgres.fields
from django.db import migrations, models

# What the derived columns are, for rows that are there already.
SOURCE = """
CREATE TEMPORARY TABLE source ON COMMIT DROP AS
SELECT h.portfolio_id, ta.taxpayer_id,
       ta.ends_at IS NOT NULL OR ta.begins_at > ta.recorded_at OR coalesce(
           ps.ends_at IS NOT NULL OR ps.begins_at > ps.recorded_at, false) AS planned
FROM access_portfolioholder h
JOIN access_taxpayeraccess ta ON ta.logon_id = h.holder_id AND ta.access_type = 'MA' AND ta.accepted
     AND NOT ta.provisional AND ta.ended_at IS NULL
LEFT JOIN access_portfoliosource ps ON h.received AND ps.portfolio_id = h.portfolio_id
     AND ps.taxpayer_id = ta.taxpayer_id AND ps.ended_at IS NULL
WHERE h.ended_at IS NULL AND (NOT h.received OR ps.id IS NOT NULL)
"""
FILL = """
UPDATE access_customer kept
SET account_types = found.account_types, type_ends = found.type_ends, planned = found.planned
FROM (
    SELECT portfolio_id, taxpayer_id, bool_or(planned) AS planned,
           coalesce(array_agg(account_type_id ORDER BY account_type_id) FILTER (WHERE until IS NOT NULL), '{}')
               AS account_types,
           CASE WHEN bool_or(until <> 'infinity')
                THEN array_agg(nullif(until, 'infinity') ORDER BY account_type_id) FILTER (WHERE until IS NOT NULL)
                ELSE '{}' END AS type_ends
    FROM (
        SELECT portfolio_id, taxpayer_id, account_type_id, bool_or(planned) AS planned,
               max(until) FILTER (WHERE NOT planned) AS until
        FROM (
            SELECT source.portfolio_id, a.taxpayer_id, a.account_type_id, 'infinity'::timestamptz AS until,
                   source.planned
            FROM source JOIN taxpayers_account a ON a.taxpayer_id = source.taxpayer_id
            UNION ALL
            SELECT source.portfolio_id, a.taxpayer_id, a.account_type_id, coalesce(g.ends_at, 'infinity'),
                   source.planned OR g.begins_at > g.recorded_at
            FROM source JOIN access_grant g ON g.third_party_id = source.taxpayer_id AND g.ended_at IS NULL
            JOIN taxpayers_account a ON a.id = g.account_id) passing
        GROUP BY portfolio_id, taxpayer_id, account_type_id) typed
    GROUP BY portfolio_id, taxpayer_id) found
WHERE kept.portfolio_id = found.portfolio_id AND kept.taxpayer_id = found.taxpayer_id
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0003_customers_by_plan")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="account_types",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="type_ends",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(null=True), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="planned",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(condition=models.Q(("planned", True)), fields=["portfolio"], name="planned_customers"),
        ),
        migrations.RunSQL([SOURCE, FILL, "DROP TABLE source"], migrations.RunSQL.noop),
    ]
