"""Security groups, step by step."""

from django.utils.translation import gettext_lazy as _

from countersign.help.topics.shape import TO_SECONDARY, Question, Topic

SECURITY_GROUPS = Topic(
    "security-groups",
    _("Security groups"),
    (
        Question(
            "create-group",
            _("How do I create and associate a security group for my secondary logons?"),
            steps=(
                *TO_SECONDARY,
                _("Select the *Security Groups* tab."),
                _("Select *Add*."),
                _("Complete the required fields and select *Save*."),
            ),
            after=(
                _("The group can now be given to secondary logons. Next, associate it with taxpayers."),
                _("Each parent logon creates its own groups, since its clients and secondary logons may differ."),
            ),
        ),
        Question(
            "group-of-taxpayer",
            _("How do I associate a security group to a taxpayer?"),
            steps=(
                *TO_SECONDARY,
                _("Select the *Customer Security* tab."),
                _("Find the taxpayer in the *Customer Security* table."),
                _("Select the name of its security group, such as *Default*."),
                _("In the *Select Security Group* table, select the button of the group that you want."),
                _("Select *Save*."),
            ),
            after=(_("A taxpayer is in one security group only: it leaves the one that it was in."),),
        ),
        Question(
            "groups-of-logon",
            _("How do I update a security group to a secondary logon?"),
            steps=(
                *TO_SECONDARY,
                _("Select the secondary logon."),
                _("In *Security Groups*, select *Change*."),
                _("Select the checkboxes of the groups that it should be in."),
                _("Select *Save*."),
            ),
            after=(_("A secondary logon can be in several security groups."),),
        ),
    ),
)
