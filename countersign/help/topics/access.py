"""Roles and rights."""

from django.utils.translation import gettext_lazy as _

from countersign.help.topics.shape import LOG_IN, MORE, PROFILE, TO_MORE, WHICH_KIND, Question, Topic

ACCESS = Topic(
    "roles-and-rights",
    _("Roles and rights"),
    (
        Question(
            "my-role",
            _("How do I determine what access role and rights I have for my business?"),
            steps=TO_MORE,
            after=(_("In *Access*, *Manage My Access* shows your role. Select it to see your rights."),),
        ),
        Question(
            "access-types",
            _("What are the Master Administrator and Tax Administrator access types?"),
            (
                _("Every logon is one of the two."),
                _("A *Master Administrator* has all access to all accounts and controls Tax Administrators."),
                _("A *Tax Administrator* has what a Master Administrator sets for each account:"),
            ),
            points=(
                _("*View Only*: see balances, returns and letters."),
                _("*File and Pay*: also file returns and pay."),
                _("*All Access*: also maintain the account’s details."),
            ),
        ),
        Question(
            "view-only",
            _("How do I set the access type to View Only for a logon?"),
            (_("Only a Master Administrator can do this."),),
            steps=(
                LOG_IN,
                PROFILE,
                MORE,
                *WHICH_KIND,
                _("Select the username that you want to change."),
                _("Select the button in the *Give Rights* column for each tax account that the person may see."),
                _("Select *View Only* in the *Access Rights* column."),
                _("Select *Next* and review."),
                _("Select *Submit* to confirm."),
            ),
            after=(
                _("The authorized user receives an e-mail once the submission has been processed."),
                _("The first time, the person has to complete the enrollment."),
            ),
        ),
    ),
)
