"""security_groups.csv, placements.csv, group_members.csv, refinements.csv: a parent's groups and limits."""

from __future__ import annotations

from countersign.importing.files import BY_NAME, File
from countersign.importing.merges.access import (
    refuse_unknown_logon,
    refuse_unknown_taxpayer,
    set_aside_closed_logons,
)
from countersign.importing.merges.merge import (
    CHANGED,
    FactFile,
    Merge,
    end_missing,
    remember_ended,
    resolve_facts,
    write_facts,
)
from countersign.importing.merges.portfolios import ensure_portfolios

GROUPS, PLACEMENTS = BY_NAME["security_groups.csv"], BY_NAME["placements.csv"]
MEMBERS, REFINEMENTS = BY_NAME["group_members.csv"], BY_NAME["refinements.csv"]

_FIRST = "h.ended_at IS NULL AND NOT h.received"
_PORTFOLIO = f"""JOIN logons_logon p ON p.username = s.parent
       JOIN access_portfolioholder h ON h.holder_id = p.id AND {_FIRST}"""
GROUP_FACTS = FactFile(
    GROUPS,
    "access_securitygroup",
    f"""SELECT s.line, s.key, s.digest, h.portfolio_id, s.name, s.description, false AS is_default
       FROM staged_security_groups s {_PORTFOLIO}""",
    identity=("portfolio_id",),
    fixed=("name", "description", "is_default"),
    match="cur.portfolio_id = r.portfolio_id AND lower(cur.name) = lower(r.name)",
    successor="cur.portfolio_id = f.portfolio_id AND lower(cur.name) = lower(f.name)",
)
PLACEMENT_FACTS = FactFile(
    PLACEMENTS,
    "access_placement",
    f"""SELECT s.line, s.key, s.digest, h.portfolio_id, t.id AS taxpayer_id, g.id AS group_id
       FROM staged_placements s {_PORTFOLIO}
       JOIN taxpayers_taxpayer t ON t.key = s.taxpayer_key
       JOIN access_securitygroup g ON g.portfolio_id = h.portfolio_id AND lower(g.name) = lower(s.group_name)
            AND g.ended_at IS NULL""",
    identity=("portfolio_id", "taxpayer_id"),
    content=("group_id",),
)
MEMBER_FACTS = FactFile(
    MEMBERS,
    "access_groupmember",
    """SELECT s.line, s.key, s.digest, l.id AS logon_id, g.id AS group_id
       FROM staged_group_members s JOIN logons_logon l ON l.username = s.username
       JOIN access_secondarylogon x ON x.logon_id = l.id AND x.ended_at IS NULL
       JOIN access_securitygroup g ON g.portfolio_id = x.portfolio_id AND lower(g.name) = lower(s.group_name)
            AND g.ended_at IS NULL""",
    identity=("logon_id", "group_id"),
)
REFINEMENT_FACTS = FactFile(
    REFINEMENTS,
    "access_refinement",
    """SELECT s.line, s.key, s.digest, l.id AS logon_id, t.id AS taxpayer_id, a.id AS account_id, s.rights
       FROM staged_refinements s JOIN logons_logon l ON l.username = s.username
       JOIN taxpayers_taxpayer t ON t.key = s.taxpayer_key
       LEFT JOIN taxpayers_account a ON a.number = s.number AND s.number <> ''""",
    identity=("logon_id", "taxpayer_id", "account_id"),
    content=("rights",),
    match="""cur.logon_id = r.logon_id AND cur.taxpayer_id = r.taxpayer_id
        AND cur.account_id IS NOT DISTINCT FROM r.account_id""",
)


def merge_groups(merge: Merge) -> None:
    """A parent's security groups; a changed name (in case) or description only updates."""
    if not merge.begin_file(GROUPS):
        return
    _refuse_parent(merge, GROUPS)
    ensure_portfolios(merge, "SELECT l.id FROM logons_logon l JOIN staged_security_groups s ON s.parent = l.username")
    resolve_facts(merge, GROUP_FACTS)
    merge.report.changed[GROUPS.name] += merge.run(
        """UPDATE access_securitygroup g SET name = s.name, description = s.description
        FROM todo s JOIN staged_security_groups USING (key)
        WHERE g.id = s.current AND (g.name, g.description) IS DISTINCT FROM (s.name, s.description)"""
    )
    write_facts(merge, GROUP_FACTS)


def merge_placements(merge: Merge) -> None:
    """Which group a customer is in. Accepted, and without effect, also for one that the parent does not reach."""
    if not merge.begin_file(PLACEMENTS):
        return
    _refuse_parent(merge, PLACEMENTS)
    refuse_unknown_taxpayer(merge, PLACEMENTS)
    ensure_portfolios(
        merge,
        """SELECT l.id FROM logons_logon l JOIN staged_placements s ON s.parent = l.username
        WHERE s.group_folded = 'default'""",
    )
    resolve_facts(merge, PLACEMENT_FACTS)
    group = f"""EXISTS (SELECT FROM access_securitygroup g, logons_logon p
        JOIN access_portfolioholder h ON h.holder_id = p.id AND {_FIRST}
        WHERE p.username = s.parent AND g.portfolio_id = h.portfolio_id AND g.ended_at IS NULL
        AND lower(g.name) = lower(s.group_name))"""
    _refuse_unknown_group(merge, PLACEMENTS, group, "s.parent", "is no security group of this parent logon")
    write_facts(merge, PLACEMENT_FACTS)


def merge_members(merge: Merge) -> None:
    """Which groups a secondary logon is let in to."""
    if not merge.begin_file(MEMBERS):
        return
    _refuse_secondary(merge, MEMBERS)
    resolve_facts(merge, MEMBER_FACTS)
    group = """EXISTS (SELECT FROM logons_logon l
        JOIN access_secondarylogon x ON x.logon_id = l.id AND x.ended_at IS NULL
        JOIN access_securitygroup g ON g.portfolio_id = x.portfolio_id AND g.ended_at IS NULL
        WHERE l.username = s.username AND lower(g.name) = lower(s.group_name))"""
    parent = f"""(SELECT p.username FROM logons_logon l
        JOIN access_secondarylogon x ON x.logon_id = l.id AND x.ended_at IS NULL
        JOIN access_portfolioholder h ON h.portfolio_id = x.portfolio_id AND {_FIRST}
        JOIN logons_logon p ON p.id = h.holder_id WHERE l.username = s.username)"""
    _refuse_unknown_group(merge, MEMBERS, group, parent, "is no security group of the logon's parent")
    write_facts(merge, MEMBER_FACTS)


def merge_refinements(merge: Merge) -> None:
    """The most that a secondary logon may have on a customer, or on one account of it."""
    if not merge.begin_file(REFINEMENTS):
        return
    _refuse_secondary(merge, REFINEMENTS)
    refuse_unknown_taxpayer(merge, REFINEMENTS)
    merge.refuse(
        REFINEMENTS,
        """s.number <> '' AND NOT EXISTS (SELECT FROM taxpayers_account a
        JOIN taxpayers_taxpayer t ON t.id = a.taxpayer_id WHERE a.number = s.number AND t.key = s.taxpayer_key)""",
        "account_number",
        "s.number",
        "is no account of this taxpayer",
    )
    resolve_facts(merge, REFINEMENT_FACTS)
    write_facts(merge, REFINEMENT_FACTS)


def _refuse_unknown_group(merge: Merge, file: File, group: str, parent: str, reason: str) -> None:
    """The group is there; one that imports made, and the portal deleted or renamed since, is a conflict."""
    merge.conflict(
        file,
        f"""NOT {group} AND EXISTS (SELECT FROM importing_importedrow i WHERE i.file = 'security_groups.csv'
        AND i.key = {parent} || chr(31) || s.group_folded AND i.said = '')""",
        CHANGED,
        "group_name",
        "s.group_name",
    )
    merge.refuse(file, f"NOT {group}", "group_name", "s.group_name", reason)


def _refuse_parent(merge: Merge, file: File) -> None:
    refuse_unknown_logon(merge, file, "parent_username", "parent")
    merge.refuse(
        file,
        """EXISTS (SELECT FROM access_secondarylogon x JOIN logons_logon l ON l.id = x.logon_id
        WHERE l.username = s.parent)""",
        "parent_username",
        "s.parent",
        "is a secondary logon, which has no security groups",
    )
    set_aside_closed_logons(merge, file, "parent_username", "parent")


def _refuse_secondary(merge: Merge, file: File) -> None:
    refuse_unknown_logon(merge, file)
    set_aside_closed_logons(merge, file)
    secondary = """EXISTS (SELECT FROM access_secondarylogon x JOIN logons_logon l ON l.id = x.logon_id
        WHERE l.username = s.username{})"""
    merge.refuse(file, "NOT " + secondary.format(""), "username", "s.username", "is no secondary logon")
    merge.conflict(file, "NOT " + secondary.format(" AND x.ended_at IS NULL"), CHANGED, "username", "s.username")


def end_missing_groups(merge: Merge) -> None:
    """``--replace security_groups.csv``: placements and memberships end with their group."""
    end_missing(merge, GROUP_FACTS)
    for facts in (PLACEMENT_FACTS, MEMBER_FACTS):
        merge.report.ended[facts.file.name] += merge.run(
            f"""UPDATE {facts.table} f SET ended_at = %(now)s, ended_by = %(submission)s
            FROM access_securitygroup g WHERE g.id = f.group_id AND f.ended_at IS NULL
            AND g.ended_by = %(submission)s AND g.ended_at IS NOT NULL"""
        )
        remember_ended(merge, facts)
