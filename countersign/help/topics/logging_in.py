"""Usernames, passwords, being locked out."""

from django.utils.translation import gettext_lazy as _

from countersign.help.topics.shape import NEVER_SHARE, TO_MORE, Question, Topic

LOGGING_IN = Topic(
    "logging-in",
    _("Usernames and passwords"),
    (
        Question(
            "forgot",
            _("What do I do if I forget my username or password?"),
            steps=(
                _("Select *Forgot username or password?* in the *Log In* section."),
                _("Type the e-mail address of your logon and follow the prompts."),
                _("Open the e-mail that we send there: it shows your username."),
                _("Select the link in it, and create and confirm a new password."),
            ),
        ),
        Question(
            "old-password",
            _("Can I use an old password?"),
            (_("No. Each time you reset your password you will have to create a new one."),),
        ),
        Question(
            "change-username",
            _("Can I change my username?"),
            (_("No. Usernames cannot be changed."), _("If you need a new username, cancel the one that you have:")),
            steps=(
                *TO_MORE,
                _("In *Access*, select *Delete My Profile*."),
                _("Register again with a new username to gain access to your tax accounts."),
            ),
        ),
        Question(
            "sharing",
            _("Is it okay to share my username and password with my coworkers?"),
            (_("No. A username and its password belong to one person."),),
            points=(
                _("A business whose people share them is much more likely to be hacked."),
                _("They decide which access roles and rights one has: whoever knows yours has yours."),
                _("They open the personal information of whoever registered."),
                _("Each coworker can have a logon with just the rights that the work needs."),
            ),
            after=(NEVER_SHARE,),
        ),
        Question(
            "locked-out-new-email",
            _("I am locked out of my online account and I have a new e-mail address. How do I reset my password?"),
            (_("Please call {agency} at {phone}. We make sure that it is you, and help you from there."),),
        ),
        Question(
            "locked-out-cancel",
            _("I am locked out of my online account. How do I cancel my {product} account?"),
            (_("Please call {agency} at {phone}. We cancel it for you after making sure that it is you."),),
        ),
    ),
)
