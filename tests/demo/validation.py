"""The laws of IMPORT.md for one folder, told by a second, slow and obvious reading of it."""

import csv
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

RIGHTS = {"VIEW_ONLY", "FILE_AND_PAY", "ALL_ACCESS"}
CEILINGS = RIGHTS | {"NO_ACCESS"}
_EMAIL = re.compile(r"[^@\s]+@[a-z]+\.example")


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _twice(values: list[object], what: str) -> Iterator[str]:
    seen: set[object] = set()
    for value in values:
        if value in seen:
            yield f"{what} twice: {value}"
        seen.add(value)


class World:
    """One folder, read whole."""

    def __init__(self, folder: Path) -> None:
        names = sorted(path.stem for path in folder.glob("*.csv"))
        self.rows = {name: read(folder, name) for name in names}
        self.taxpayers = {row["taxpayer_key"]: row for row in self.rows["taxpayers"]}
        self.accounts = {row["account_number"]: row for row in self.rows["accounts"]}
        self.logons = {row["username"]: row for row in self.rows["logons"]}
        self.types = {row["code"] for row in self.rows["account_types"]}
        self.access = {(row["username"], row["taxpayer_key"]): row["access_type"] for row in self.rows["access"]}
        self.groups = {(row["parent_username"], row["name"].lower()) for row in self.rows["security_groups"]}

    def problems(self) -> list[str]:
        """Everything that an import would refuse; none in a good world."""
        parts = (self._register, self._proofs, self._logons, self._access, self._grants, self._groups, self._settings)
        return [problem for part in parts for problem in part()]

    def _register(self) -> Iterator[str]:
        yield from _twice([row["taxpayer_key"] for row in self.rows["taxpayers"]], "taxpayer")
        yield from _twice(
            [(r["id_type"], r["id_number"].replace("-", "")) for r in self.rows["taxpayers"]], "identifier"
        )
        yield from _twice([row["account_number"] for row in self.rows["accounts"]], "account")
        for row in self.rows["taxpayers"]:
            if row["id_type"] != "AGENCY" and not re.fullmatch(r"[0-9]{9}", row["id_number"].replace("-", "")):
                yield f"identifier of {row['taxpayer_key']}"
            if never_issued(row["id_type"], row["id_number"].replace("-", "")) is False:
                yield f"an identifier that may be somebody's: {row['taxpayer_key']}"
            fixed = {
                "kind": {"individual", "business", "fiduciary", "representative"},
                "status": {"active", "deceased", "dissolved"},
                "freeze": {"", "taxpayer", "third_party", "both"},
                "listed_in_directory": {"yes", "no"},
            }
            for column, values in fixed.items():
                if row[column] not in values:
                    yield f"{column} of {row['taxpayer_key']}: {row[column]}"
            if (row["status"], row["kind"]) in (("deceased", "business"), ("dissolved", "individual")):
                yield f"{row['kind']} {row['taxpayer_key']} is {row['status']}"
        for row in self.rows["accounts"]:
            if row["taxpayer_key"] not in self.taxpayers or row["account_type"] not in self.types:
                yield f"account {row['account_number']} of nobody or no type"
            if row["closed_on"] and date.fromisoformat(row["closed_on"]) < date.fromisoformat(row["opened_on"]):
                yield f"account {row['account_number']} closed before it opened"

    def _proofs(self) -> Iterator[str]:
        yield from _twice([(r["taxpayer_key"], r["kind"], r["label"]) for r in self.rows["proofs"]], "proof")
        for row in self.rows["proofs"]:
            if row["taxpayer_key"] not in self.taxpayers or not row["label"] or not row["value"]:
                yield f"proof of {row['taxpayer_key']}"
            if row["kind"] != "letter_id" and not re.fullmatch(r"[0-9]+\.[0-9]{2}", row["value"]):
                yield f"amount {row['value']}"

    def _logons(self) -> Iterator[str]:
        yield from _twice([row["username"] for row in self.rows["logons"]], "logon")
        for username, row in self.logons.items():
            if not re.fullmatch(r"[a-z0-9._@-]{6,50}", username) or not _EMAIL.fullmatch(row["email"]):
                yield f"username or e-mail of {username}"
            if not row["first_name"] or not row["last_name"]:
                yield f"name of {username}"
            if row["status"] not in {"active", "invited", "deactivated"}:
                yield f"status of {username}"
            parent = row["parent_username"]
            if not parent:
                if row["access_type"] or row["default_rights"] or row["account_types"]:
                    yield f"settings on the parentless {username}"
            elif parent not in self.logons or self.logons[parent]["parent_username"]:
                yield f"parent of {username}"
            elif row["access_type"] not in {"MA", "TA"} or row["default_rights"] not in CEILINGS | {""}:
                yield f"access of {username}"
            if not set(filter(None, row["account_types"].split(";"))) <= self.types:
                yield f"account types of {username}"

    def _access(self) -> Iterator[str]:
        yield from _twice([(row["username"], row["taxpayer_key"]) for row in self.rows["access"]], "access")
        yield from _twice([(row["username"], row["account_number"]) for row in self.rows["rights"]], "rights")
        for (username, key), kind in self.access.items():
            if key not in self.taxpayers or kind not in {"MA", "TA"}:
                yield f"access of {username} to {key}"
            if username not in self.logons or self.logons[username]["parent_username"]:
                yield f"access of {username}, who is not parentless"
        for row in self.rows["rights"]:
            account = self.accounts.get(row["account_number"], {"taxpayer_key": ""})
            if self.access.get((row["username"], account["taxpayer_key"])) != "TA" or row["rights"] not in RIGHTS:
                yield f"rights of {row['username']} on {row['account_number']}"

    def _grants(self) -> Iterator[str]:
        periods = defaultdict(list)
        for row in self.rows["grants"]:
            account = self.accounts.get(row["account_number"])
            if account is None or row["third_party_key"] not in self.taxpayers or row["rights"] not in RIGHTS:
                yield f"grant on {row['account_number']}"
            elif account["taxpayer_key"] == row["third_party_key"]:
                yield f"grant on {row['account_number']} to itself"
            begins = date.fromisoformat(row["begins_on"]) if row["begins_on"] else date.min
            ends = date.fromisoformat(row["ends_on"]) if row["ends_on"] else date.max
            if ends < begins:
                yield f"grant on {row['account_number']} ends before it begins"
            periods[row["third_party_key"], row["account_number"]].append((begins, ends))
        for pair, spans in periods.items():
            spans.sort()
            if any(later[0] <= earlier[1] for earlier, later in itertools.pairwise(spans)):
                yield f"grants overlap: {pair}"

    def _groups(self) -> Iterator[str]:
        yield from _twice([(r["parent_username"], r["name"].lower()) for r in self.rows["security_groups"]], "group")
        yield from _twice([(r["parent_username"], r["taxpayer_key"]) for r in self.rows["placements"]], "placement")
        yield from _twice([(r["username"], r["group_name"].lower()) for r in self.rows["group_members"]], "member")
        for row in self.rows["security_groups"]:
            if row["name"].lower() == "default" or self.logons[row["parent_username"]]["parent_username"]:
                yield f"group {row['name']} of {row['parent_username']}"
        for row in self.rows["placements"]:
            if not self._has_group(row["parent_username"], row["group_name"]):
                yield f"placement in {row['group_name']} of {row['parent_username']}"
            if row["taxpayer_key"] not in self.taxpayers:
                yield f"placement of {row['taxpayer_key']}"
        for row in self.rows["group_members"]:
            parent = self.logons[row["username"]]["parent_username"]
            if not parent or not self._has_group(parent, row["group_name"]):
                yield f"{row['username']} in {row['group_name']}"

    def _has_group(self, parent: str, name: str) -> bool:
        return parent in self.logons and (name == "Default" or (parent, name.lower()) in self.groups)

    def _settings(self) -> Iterator[str]:
        rows = self.rows["refinements"]
        yield from _twice([(r["username"], r["taxpayer_key"], r["account_number"]) for r in rows], "refinement")
        for row in rows:
            if not self.logons[row["username"]]["parent_username"] or row["taxpayer_key"] not in self.taxpayers:
                yield f"refinement of {row['username']}"
            number = row["account_number"]
            if number and self.accounts[number]["taxpayer_key"] != row["taxpayer_key"]:
                yield f"refinement of {row['username']} on another's account"
            if row["rights"] not in CEILINGS:
                yield f"refinement of {row['username']}: {row['rights']}"


def never_issued(id_type: str, digits: str) -> bool:
    """Whether an identifier is of a range of which nobody was ever given one."""
    if id_type == "FEIN":
        unused = ["00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"]
        return digits[:2] in unused
    if id_type in ("SSN", "ITIN"):
        itin_group = not (50 <= int(digits[3:5]) <= 65 or 70 <= int(digits[3:5]) <= 88 or int(digits[3:5]) >= 90)
        return digits[0] == "9" and itin_group
    return True
