"""Real operations in any order, by people who may and people who may not; after each the three rules agree."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from countersign.access.models import GroupMember, LogonStanding, SecondaryLogon, SecurityGroup, TaxpayerAccess
from countersign.access.operations.customers import differences, refresh
from countersign.access.operations.own import begin_access, end_access, hold_taxpayer, make_full
from countersign.access.operations.portfolios import ensure_portfolio
from countersign.access.operations.standing import begin_condition, change_standing, end_condition
from countersign.access.queries.decisions import check_many
from countersign.access.queries.facts import Question
from countersign.access.queries.listing import accounts_page
from countersign.access.queries.reach import reach
from countersign.policy.errors import Invalid, Refused, Stale
from countersign.policy.facts import Condition, Standing
from countersign.policy.rights import AccessType, Action, Rights
from countersign.third_party_access.models import AccessRequest
from countersign.third_party_access.operations import (
    approve_access,
    change_rights,
    decline_access,
    drop_client,
    revoke_access,
    withdraw_request,
)
from countersign.third_party_access.queries.grants import holdings, version_of_holdings
from countersign.third_party_access.queries.requests import request_to
from spec import reference
from tests.differential.reading import stored_world
from tests.exploring import EXPLORE
from tests.third_party_access.world import World, build_world

people = st.sampled_from(["dana", "olive", "tess", "luis", "lena", "pat", "stranger", "samuel"])
parentless = st.sampled_from(["dana", "olive", "tess", "luis", "lena", "pat", "stranger"])
levels = st.sampled_from(Rights)
conditions = st.sampled_from(Condition)


class Operations(RuleBasedStateMachine):
    """A bakery, its accountant with a secondary logon, and people around them."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.world: World = build_world(timezone.now() - timedelta(hours=1))
        portfolio = ensure_portfolio(self.world.luis, now=self.world.now)
        refresh(portfolios=[portfolio], taxpayers=None)
        samuel = self.world.logon("samuel")
        SecondaryLogon.objects.create(
            logon=samuel,
            portfolio_id=portfolio,
            access_type="TA",
            default_rights=2,
            accepted=True,
            begins_at=self.world.now,
        )
        default = SecurityGroup.objects.get(portfolio_id=portfolio, is_default=True)
        GroupMember.objects.create(group=default, logon=samuel, begins_at=self.world.now)
        self.tick()

    def tick(self) -> None:
        """Time goes on by a second with each step, and never past now."""
        self.world.now += timedelta(seconds=1)

    def attempt(self, operation: Any, who: str, **more: Any) -> None:
        self.tick()
        with suppress(Refused, Stale, Invalid):
            operation(actor=getattr(self.world, who), now=self.world.now, **more)

    @rule(who=people)
    def ask(self, who: str) -> None:
        self.tick()
        with suppress(Refused, Stale, Invalid):
            self.world.request(actor=getattr(self.world, who))

    @rule(who=people, level=levels)
    def approve(self, who: str, level: Rights) -> None:
        request = AccessRequest.objects.order_by("-pk").first()
        if request is None:
            return
        with suppress(Refused, Stale, Invalid):
            seen = request_to(self.world.dana, taxpayer=self.world.bakery.pk, request=request.pk, at=self.world.now)
            rights = {self.world.accounts["WTH-1"].pk: level, self.world.accounts["SLS-1"].pk: Rights.VIEW_ONLY}
            self.attempt(
                approve_access,
                who,
                taxpayer=self.world.bakery.pk,
                request=request.pk,
                rights={key: given for key, given in rights.items() if given},
                ends_on=None,
                version=seen.version,
            )

    @rule(who=people)
    def decline(self, who: str) -> None:
        request = AccessRequest.objects.order_by("-pk").first()
        if request is not None:
            self.attempt(decline_access, who, taxpayer=self.world.bakery.pk, request=request.pk)

    @rule(who=people)
    def withdraw(self, who: str) -> None:
        request = AccessRequest.objects.order_by("-pk").first()
        if request is not None:
            self.attempt(withdraw_request, who, third_party=self.world.lopez.pk, request=request.pk)

    @rule(who=people, level=levels)
    def change(self, who: str, level: Rights) -> None:
        held = holdings(self.world.lopez.pk, self.world.bakery.pk, at=self.world.now)
        if held:
            self.attempt(
                change_rights,
                who,
                taxpayer=self.world.bakery.pk,
                third_party=self.world.lopez.pk,
                rights={held[0].account.pk: level},
                version=version_of_holdings(held),
            )

    @rule(who=people)
    def revoke(self, who: str) -> None:
        of = {"taxpayer": self.world.bakery.pk, "third_party": self.world.lopez.pk}
        self.attempt(revoke_access, who, **of, accounts=None)

    @rule(who=people)
    def drop(self, who: str) -> None:
        self.attempt(drop_client, who, third_party=self.world.lopez.pk, client=self.world.bakery.pk, accounts=None)

    @rule(who=parentless, of_firm=st.booleans(), master=st.booleans(), provisional=st.booleans(), level=levels)
    def become(self, who: str, of_firm: bool, master: bool, provisional: bool, level: Rights) -> None:
        """What registration and a Master Administrator's decision do: own access begins, another is replaced."""
        self.tick()
        begin_access(
            logon=getattr(self.world, who),
            taxpayer=hold_taxpayer((self.world.lopez if of_firm else self.world.bakery).pk),
            access_type=AccessType.MASTER_ADMINISTRATOR if master else AccessType.TAX_ADMINISTRATOR,
            provisional=master and provisional,
            rights={} if master or of_firm else {self.world.accounts["WTH-1"].pk: level},
            submission="",
            now=self.world.now,
        )

    @rule(who=parentless, of_firm=st.booleans(), ends=st.booleans())
    def make_full_or_end(self, who: str, of_firm: bool, ends: bool) -> None:
        self.tick()
        taxpayer = hold_taxpayer((self.world.lopez if of_firm else self.world.bakery).pk)
        live = TaxpayerAccess.objects.filter(
            logon=getattr(self.world, who), taxpayer=taxpayer, ended_at__isnull=True
        ).first()
        if live is not None and ends:
            end_access(access=live, submission="", now=self.world.now)
        elif live is not None and live.provisional:
            make_full(access=live, submission="", now=self.world.now)

    @rule(condition=conditions, of_firm=st.booleans(), begins=st.booleans())
    def freeze_or_not(self, condition: Condition, of_firm: bool, begins: bool) -> None:
        self.tick()
        taxpayer = self.world.lopez if of_firm else self.world.bakery
        act = begin_condition if begins else end_condition
        act(taxpayer=taxpayer, condition=condition, submission="", now=self.world.now)

    @rule(who=people, standing=st.sampled_from([Standing.ACTIVE, Standing.ACTIVE, Standing.DEACTIVATED]))
    def stand(self, who: str, standing: Standing) -> None:
        self.tick()
        change_standing(logon=getattr(self.world, who), standing=standing, submission="", now=self.world.now)

    @invariant()
    def the_three_agree(self) -> None:
        world, at = stored_world(), self.world.now
        names = [logon.username for logon in self.world.logons.values()]
        asked = [(user, action, number) for user in names for number in self.world.accounts for action in Action]
        answers = check_many([(action, Question(user, number)) for user, action, number in asked])
        for (user, action, number), answer in zip(asked, answers, strict=True):
            assert answer.rights == reference.rights(world, user, number, at), (user, number, answer)
            assert answer.allowed == reference.allowed(world, user, action, number, at), (user, action, number, answer)
        for logon in self.world.logons.values():
            wanted = reference.reach(world, logon.username, at)
            assert {path.account_number: path.rights for path in reach(logon.username)} == wanted
            assert {row.account_number: row.rights for row in accounts_page(logon.pk).rows} == wanted
        assert differences() == 0
        assert LogonStanding.objects.filter(ended_at__isnull=True).count() == len(self.world.logons)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)


@pytest.mark.django_db
def test_after_any_sequence_of_operations_the_three_rules_agree() -> None:
    run_state_machine_as_test(
        Operations,
        settings=settings(
            max_examples=5 * EXPLORE,
            stateful_step_count=14,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
