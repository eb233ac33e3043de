"""Third-party access."""

from django.utils.translation import gettext_lazy as _

from countersign.help.topics.shape import NEVER_SHARE, Question, Topic

THIRD_PARTIES = Topic(
    "third-party-access",
    _("Third-party access"),
    (
        Question(
            "what-is-third-party-access",
            _("What is third-party access?"),
            (
                _("A taxpayer lets somebody else, such as a paid tax preparer, work with its tax accounts."),
                _("The third party begins with a request. Once it is approved, the accounts are added to its logon."),
            ),
            points=(
                _("The taxpayer has the final word on who has access."),
                _("The taxpayer decides what type of access is given."),
                _("The taxpayer can revoke a third party’s access at any time."),
            ),
            after=(_("Both begin in *Manage My Profile*, on the *More…* tab, in *Third-Party Access*."),),
        ),
        Question(
            "third-party-sets-up",
            _("Should I have my third party set up my username and password for me?"),
            (_("No. Only the business or taxpayer should set up its username and password."),),
            points=(
                _("They decide your access roles and rights, and which rights you may assign to a third party."),
                _("A third party that you grant access to works with its own unique username and password."),
                _("Sharing a password opens the rights and the personal information of whoever registered."),
            ),
            after=(NEVER_SHARE,),
        ),
    ),
)
