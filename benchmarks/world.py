"""A whole state's register with one giant firm, as IMPORT.md's files.

``python -m benchmarks.world FOLDER [--taxpayers 200000] [--firm-clients 50000] …``
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from countersign.demo.cast_register import ACCOUNT_TYPES
from countersign.demo.crowd import Crowd
from countersign.demo.crowd_firms import Firm, giant
from countersign.demo.crowd_world import Sizes, write_crowd
from countersign.demo.files import WorldFiles

# Benchmarks are about the same days whenever they run.
TODAY = date(2026, 3, 2)
EFFECTIVE = TODAY - timedelta(days=1_000)

GIANT_KEY = "GIANT"
# Holds the portfolio; its secondary logons are giant.0001, giant.0002, …, each 20th a Master Administrator.
GIANT_PARENT, GIANT_SECOND, GIANT_PREFIX = "giant.parent", "giant.second", "giant"


@dataclass(frozen=True)
class Parameters:
    """The size of a world. None: in the proportions of the issue's, 394,000 accounts to 200,000 taxpayers."""

    taxpayers: int = 200_000
    logons: int | None = None
    grants: int | None = None
    firm_clients: int | None = None
    firm_secondaries: int = 200
    firm_groups: int = 40
    seed: int = 1

    def sizes(self) -> tuple[int, int, int]:
        """Logons, grants, and clients of the giant firm, in numbers."""
        logons = self.taxpayers * 247_000 // 200_000 if self.logons is None else self.logons
        grants = self.taxpayers * 222_000 // 200_000 if self.grants is None else self.grants
        clients = min(50_000, self.taxpayers // 4) if self.firm_clients is None else self.firm_clients
        return logons, grants, clients

    def name(self) -> str:
        """A folder's name for a world of these parameters."""
        return "-".join(str(value) for value in (self.taxpayers, *self.sizes(), *list(asdict(self).values())[4:]))


def write_world(folder: Path, parameters: Parameters) -> dict[str, int]:
    """Write the files; returns the number of rows of each. The same parameters give the same bytes.

    Raises ValueError when the parameters contradict each other.
    """
    logons, grants, clients = parameters.sizes()
    # One taxpayer is the giant firm; it has the accounts that the last of the crowd would have had.
    crowd = Crowd(parameters.taxpayers - 1, seed=parameters.seed, today=TODAY)
    codes = [code for code, _ in ACCOUNT_TYPES][: crowd.slot(crowd.taxpayers).accounts]
    firm = giant(crowd, GIANT_KEY, GIANT_PARENT, clients, parameters.firm_secondaries, parameters.firm_groups)
    with WorldFiles(folder) as files:
        files.rows("account_types", ACCOUNT_TYPES)
        _write_giant(files, firm, codes)
        write_crowd(files, crowd, firm, Sizes(logons=logons - 2, grants=grants), prefix=GIANT_PREFIX)
    return files.counts


def _write_giant(files: WorldFiles, firm: Firm, codes: list[str]) -> None:
    address = ("1 Countinghouse Square", "", "Keystone Bay", "KB", "00201")
    name, identifier = "Colossal Tax Partners LLP", "97-9000001"
    files.row("taxpayers", firm.key, "business", name, "FEIN", identifier, *address, "yes", "active", "")
    for code in codes:
        files.row("accounts", f"{code}-10000001", firm.key, code, EFFECTIVE, "")
    for username in (GIANT_PARENT, GIANT_SECOND):
        last_name = username.partition(".")[2].title()
        files.row("logons", username, "Giant", last_name, f"{username}@mail.example", "", "active")
        files.row("access", username, firm.key, "MA")


def add_parameters(parser: argparse.ArgumentParser) -> None:
    """Options for every benchmark that needs a world."""
    parser.add_argument("--taxpayers", type=int, default=Parameters.taxpayers)
    parser.add_argument("--logons", type=int, help="default 247 to 200 taxpayers")
    parser.add_argument("--grants", type=int, help="default 222 to 200 taxpayers")
    parser.add_argument("--firm-clients", type=int, help="default 50,000, at most a quarter of the taxpayers")
    parser.add_argument("--firm-secondaries", type=int, default=Parameters.firm_secondaries)
    parser.add_argument("--firm-groups", type=int, default=Parameters.firm_groups)
    parser.add_argument("--seed", type=int, default=Parameters.seed)


def parameters_from(arguments: argparse.Namespace) -> Parameters:
    """What the options say."""
    return Parameters(**{name: getattr(arguments, name) for name in asdict(Parameters())})


def main() -> int:
    """Write one world and print its counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    add_parameters(parser)
    arguments = parser.parse_args()
    started = time.perf_counter()
    try:
        counts = write_world(arguments.folder, parameters_from(arguments))
    except ValueError as problem:
        print(f"world: {problem}", file=sys.stderr)
        return 1
    for name, count in counts.items():
        print(f"{count:>10,}  {name}.csv")
    print(f"{sum(counts.values()):>10,}  rows in {time.perf_counter() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
