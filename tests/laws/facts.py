"""Facts of one question, drawn at random: what the pure rulebook is asked about."""

from __future__ import annotations

from hypothesis import strategies as st

from countersign.policy.facts import (
    AccessFacts,
    Condition,
    Facts,
    GrantFacts,
    SecondaryFacts,
    Standing,
    TaxpayerFacts,
)
from countersign.policy.rights import AccessType, Rights

rights = st.sampled_from(Rights)
standings = st.sampled_from([Standing.ACTIVE] * 4 + list(Standing) + [None])
conditions = st.frozensets(st.sampled_from(Condition), max_size=2)
accesses = st.builds(AccessFacts, st.sampled_from(AccessType), st.booleans(), st.booleans())
grants = st.builds(
    GrantFacts,
    key=st.integers(1, 9),
    third_party=st.integers(1, 3),
    rights=st.sampled_from(list(Rights)[1:]),
    begun=st.sampled_from([True, True, False]),
    ended=st.sampled_from([False, False, True]),
    holder_full=st.sampled_from([True, True, False]),
    is_source=st.sampled_from([True, True, False]),
    third_party_conditions=st.one_of(st.just(frozenset()), conditions),
)
secondaries = st.builds(
    SecondaryFacts,
    portfolio=st.just(1),
    access_type=st.sampled_from(AccessType),
    default_rights=rights,
    accepted=st.sampled_from([True, True, False]),
    account_type_selected=st.sampled_from([True, True, False]),
    holder=st.sampled_from([7, 7, None]),
    holder_standing=standings,
    own_source=st.booleans(),
    groups=st.frozensets(st.integers(1, 3), max_size=3),
    placed_in=st.sampled_from([None, 1, 2, 3]),
    default_group=st.sampled_from([1, None]),
    account_refinement=st.one_of(st.none(), rights),
    customer_refinement=st.one_of(st.none(), rights),
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Consistent facts: a source is a taxpayer of which the holder is full MA."""
    access = draw(st.one_of(st.none(), accesses))
    secondary = draw(st.one_of(st.none(), secondaries))
    if secondary is not None and (access is None or not access.full):
        secondary = SecondaryFacts(
            **{name: getattr(secondary, name) for name in secondary.__slots__} | {"own_source": False}
        )
    return Facts(
        logon=1,
        account=1,
        standing=draw(standings),
        taxpayer=TaxpayerFacts(1, draw(st.booleans()), draw(st.one_of(st.just(frozenset()), conditions))),
        access=access,
        account_rights=draw(st.one_of(st.none(), st.sampled_from(list(Rights)[1:]))),
        grants=tuple(draw(st.lists(grants, max_size=2))),
        secondary=secondary,
        secondary_ever=secondary is not None,
    )
