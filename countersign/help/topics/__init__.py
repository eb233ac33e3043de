"""All topics, in the order in which Help lists them."""

from countersign.help.topics.access import ACCESS
from countersign.help.topics.leaving import LEAVING
from countersign.help.topics.logging_in import LOGGING_IN
from countersign.help.topics.logons import LOGONS
from countersign.help.topics.security_groups import SECURITY_GROUPS
from countersign.help.topics.shape import Question, Topic
from countersign.help.topics.third_parties import THIRD_PARTIES

TOPICS = {one.slug: one for one in (LOGGING_IN, ACCESS, LEAVING, THIRD_PARTIES, LOGONS, SECURITY_GROUPS)}

__all__ = ["TOPICS", "Question", "Topic"]
