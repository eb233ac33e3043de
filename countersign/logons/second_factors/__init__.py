"""Second factors (SPEC 3): "passkey (which alone signs in), authenticator app, recovery codes; never e-mail"."""

from countersign.logons.second_factors.factors import (
    Factors,
    Requirement,
    factors_of,
    kind_of,
    remove_all_factors,
    required_for,
)

__all__ = ["Factors", "Requirement", "factors_of", "kind_of", "remove_all_factors", "required_for"]
