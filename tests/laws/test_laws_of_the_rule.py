"""The laws of SPEC 2 that are about the rule itself, for any facts."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from countersign.policy.decision import decide
from countersign.policy.facts import Facts
from countersign.policy.rights import Action, Rights, allowed_actions
from tests.exploring import EXPLORE

from .facts import facts

ON_ACCOUNTS = [action for action in Action if action is not Action.ADMINISTER]
many = settings(max_examples=700 * EXPLORE)


def actions(found: Facts) -> set[Action]:
    return {action for action in Action if decide(found, action).allowed}


@many
@given(facts())
def test_nothing_is_allowed_that_was_not_granted(found: Facts) -> None:
    bare = replace(found, access=None, account_rights=None, grants=())
    if bare.secondary is not None:
        bare = replace(bare, secondary=replace(bare.secondary, own_source=False))
    assert actions(bare) == set()
    assert decide(bare, Action.VIEW).rights is Rights.NO_ACCESS


@many
@given(facts())
def test_a_secondary_logon_never_reaches_more_than_its_parent_at_any_moment(found: Facts) -> None:
    if found.secondary is None:
        return
    parent = replace(found, secondary=None, secondary_ever=False, standing=found.secondary.holder_standing)
    assert decide(found, Action.VIEW).rights <= decide(parent, Action.VIEW).rights
    assert actions(found) <= actions(parent)
    assert not decide(found, Action.ADMINISTER).allowed


@many
@given(facts())
def test_more_rights_never_allow_fewer_actions_narrowing_never_allows_a_new_one(found: Facts) -> None:
    assert [len(allowed_actions(rights)) for rights in Rights] == sorted(
        len(allowed_actions(rights)) for rights in Rights
    )
    before = actions(found)
    narrowed = [
        replace(found, grants=found.grants[1:]),
        replace(found, grants=tuple(replace(grant, rights=Rights.VIEW_ONLY) for grant in found.grants)),
        replace(found, account_rights=None),
    ]
    if found.secondary is not None:
        narrowed += [
            replace(found, secondary=replace(found.secondary, groups=frozenset())),
            replace(found, secondary=replace(found.secondary, customer_refinement=Rights.NO_ACCESS)),
            replace(found, secondary=replace(found.secondary, account_type_selected=False)),
        ]
    for less in narrowed:
        assert actions(less) <= before


@many
@given(facts())
def test_rights_in_an_answer_never_depend_on_the_action_asked(found: Facts) -> None:
    assert len({decide(found, action).rights for action in [*Action, "audit", ""]}) == 1
    assert not decide(found, "audit").allowed
