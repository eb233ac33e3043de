"""The types of logons, and adding one for somebody else."""

from django.utils.translation import gettext_lazy as _

from countersign.help.topics.shape import TO_SECONDARY, Question, Topic

LOGONS = Topic(
    "logon-types",
    _("Types of logons"),
    (
        Question(
            "logon-types",
            _("I’m confused by the different logon types?"),
            (_("There are three types of logons in {product}:"),),
            points=(
                _(
                    "*Your logon*: you created it for your personal or business tax accounts. If you prepare taxes "
                    "for others, it also reaches the clients that gave you or your business third-party access."
                ),
                _("*Additional logons*: others created them, and they have access to your business."),
                _(
                    "*Secondary logons*: you create them for others, and manage what each may reach of your business "
                    "and clients."
                ),
            ),
        ),
        Question(
            "secondary-logons",
            _("What are secondary logons and security groups?"),
            (
                _(
                    "Secondary logons let an organization, such as an accounting firm, share access to its clients and "
                    "its own accounts among its employees."
                ),
                _("A security group is a set of clients or accounts of the firm that secondary logons are let into."),
                _(
                    "A new secondary logon is in the *Default* group, which has the same access as its parent logon. "
                    "To give less, create groups of your own, place clients in them, and refine each logon further."
                ),
                _(
                    "For example: place the firm itself in a group of its own, and only those in that group reach the "
                    "firm’s own accounts; everyone in *Default* still reaches all clients."
                ),
                _(
                    "Agency staff tell them apart by *Access Type*: with “Parent” in it (Parent Web Logon) it is a "
                    "secondary logon, without (Web Logon) an additional logon."
                ),
                _("Only Master Administrators can do what concerns other people’s logons."),
            ),
        ),
        Question(
            "add-secondary-logon",
            _("How do I add a secondary logon?"),
            steps=(
                *TO_SECONDARY,
                _("Select *Add User*."),
                _(
                    "In *Add Access*, type the person’s details and choose the access type: a Master Administrator has "
                    "all access, a Tax Administrator less."
                ),
                _("Select *Next*."),
                _(
                    "In *Access Settings*, choose the security groups (*Default*, or any that you added) and the "
                    "account types."
                ),
                _("Select *Submit*. A confirmation e-mail goes to the person by itself."),
                _("Select *OK*."),
                _("The person follows the e-mail to complete the logon."),
            ),
            after=(_("The access that you chose is on record as soon as the e-mail is sent."),),
        ),
    ),
)
