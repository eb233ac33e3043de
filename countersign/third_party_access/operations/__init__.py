"""Writes of third-party access: each locks, loads the facts, asks the policy, writes, and records the event."""

from countersign.third_party_access.operations.approve_access import approve_access
from countersign.third_party_access.operations.change_rights import change_rights
from countersign.third_party_access.operations.decline_access import decline_access
from countersign.third_party_access.operations.drop_client import drop_client
from countersign.third_party_access.operations.expire_requests import expire_requests, remind_of_requests
from countersign.third_party_access.operations.request_access import prepare_request, request_access
from countersign.third_party_access.operations.revoke_access import revoke_access
from countersign.third_party_access.operations.set_end import set_end
from countersign.third_party_access.operations.withdraw_request import withdraw_request

__all__ = [
    "approve_access",
    "change_rights",
    "decline_access",
    "drop_client",
    "expire_requests",
    "prepare_request",
    "remind_of_requests",
    "request_access",
    "revoke_access",
    "set_end",
    "withdraw_request",
]
