"""What the error pages say: a heading, and what one can do now."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEADINGS: dict[int, Promise] = {
    400: _("We could not read what your browser sent"),
    403: _("You cannot do this"),
    404: _("There is nothing here that you can see"),
    405: _("This page does not work that way"),
    409: _("This has changed since you saw it"),
    413: _("That is too much at once"),
    422: _("Something in what you sent needs mending"),
    429: _("Please wait a little"),
    500: _("Something went wrong on our side"),
    503: _("We cannot answer right now"),
}

_NOTHING_CHANGED = _("Nothing was changed.")

WHAT_NOW: dict[int, list[Promise]] = {
    400: [
        _NOTHING_CHANGED,
        _("Go back, load the page again, and type what you pasted by hand. A link may have been cut off on its way."),
    ],
    403: [_("Your logon does not have the access that this needs."), _NOTHING_CHANGED],
    404: [
        _("The address may be mistyped, or what was here has ended or moved."),
        _("If you expected to see something, ask a Master Administrator of the taxpayer whether you have access."),
    ],
    405: [_("The page was opened in a way that it does not know. Start again from Home."), _NOTHING_CHANGED],
    409: [_("Nothing was changed. Load the page again to see how it stands, and decide then.")],
    413: [_("The text or file is larger than we can take. Nothing was changed."), _("Send it in smaller parts.")],
    422: [_("Nothing was changed. Go back, mend what is named here, and send it again.")],
    429: [_("There were too many tries in a short time. Nothing was changed.")],
    500: [
        _("We have a record of it and will look into it. What you were doing may not have been saved."),
        _("Look under Submissions before you try again, so that nothing is sent twice."),
    ],
    503: [_("Our system is not available for the moment. Try again in a minute."), _NOTHING_CHANGED],
}
