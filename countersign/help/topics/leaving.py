"""Ending access: one's own, and that of others."""

from django.utils.translation import gettext_lazy as _

from countersign.help.topics.shape import LOG_IN, MORE, PROFILE, TO_MORE, TO_SECONDARY, WHICH_KIND, Question, Topic

LEAVING = Topic(
    "leaving",
    _("Leaving, and ending access"),
    (
        Question(
            "leaving-my-company",
            _("I’m leaving my company and have access rights to the online account. Should I cancel my access?"),
            (_("Yes. Whoever leaves a company is responsible for canceling their own online access:"),),
            steps=(*TO_MORE, _("In *Access*, select *Delete My Profile*.")),
            after=(
                _(
                    "Do you also act for others with this logon? Keep it, and leave only the company: on the "
                    "*Manage My Access* tab, select *Leave* with its name."
                ),
            ),
        ),
        Question(
            "somebody-left",
            _("Another user has left our company without canceling their online access. Can I cancel it for them?"),
            (_("Yes. A Master Administrator (MA) can cancel the access of a Tax Administrator (TA):"),),
            steps=(
                LOG_IN,
                PROFILE,
                MORE,
                *WHICH_KIND,
                _("Select the username that you want to cancel."),
                _("Select *Cancel Access*."),
            ),
            after=(_("Canceled access cannot be undone. The Tax Administrator has to be granted access again."),),
        ),
        Question(
            "deactivate",
            _("How do I deactivate user access for a secondary logon?"),
            steps=(
                *TO_SECONDARY,
                _("In the *Additional Users* table, select the username."),
                _("Select *Deactivate Access*."),
                _("Select *OK* to confirm."),
                _("Select *OK* again to close the result."),
            ),
            after=(_("The person has no access any more. *Reactivate* gives it back."),),
        ),
    ),
)
