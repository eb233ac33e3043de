"""Write a crowd with its firms to the files: the same order of steps for the demo and for benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

from countersign.demo.crowd import Crowd
from countersign.demo.crowd_firms import Firm, firm_name, small_firms, write_firm
from countersign.demo.crowd_logons import administrators, write_logons
from countersign.demo.files import WorldFiles


@dataclass(frozen=True)
class Sizes:
    """How many rows the crowd and its firms come to, secondary logons and the giant's grants included."""

    logons: int
    grants: int


def write_crowd(files: WorldFiles, crowd: Crowd, giant: Firm, sizes: Sizes, *, prefix: str) -> None:
    """Write everything but the giant's own taxpayer and parent logon, which the caller has written.

    Tax Administrators fill up to ``sizes.logons``, small firms to ``sizes.grants``. Raises ValueError when the
    sizes are smaller than what the crowd has anyway.
    """
    rest = sizes.grants - giant.grants
    if rest < 0:
        raise ValueError(f"the giant firm alone has {giant.grants} grants: ask for at least as many")
    names: dict[int, str] = {}
    secondaries = giant.secondaries
    for firm in small_firms(crowd, after=len(giant.clients), grants=rest):
        names[firm.taxpayer] = firm_name(crowd, firm.number)
        secondaries += firm.secondaries
    tax_administrators = sizes.logons - administrators(crowd) - secondaries
    if tax_administrators < 0:
        raise ValueError(f"{-tax_administrators} logons more are needed for this crowd")

    for index in range(crowd.taxpayers):
        files.row("taxpayers", *crowd.taxpayer_row(index, legal_name=names.get(index, ""), listed=index in names))
        files.rows("accounts", crowd.account_rows(index))
        files.row("proofs", *crowd.proof_row(index))
    write_logons(files, crowd, tax_administrators=tax_administrators)
    write_firm(files, crowd, giant, prefix=prefix)
    for firm in small_firms(crowd, after=len(giant.clients), grants=rest):
        write_firm(files, crowd, firm)
