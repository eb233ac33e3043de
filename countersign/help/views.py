"""Help, open to everybody: the list of all questions, and the answers of one topic."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from countersign.help.topics import TOPICS


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Every question, by topic."""
    return render(request, "help/start.html", {"topics": TOPICS.values()})


@require_safe
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    """The questions of one topic with their answers."""
    if topic not in TOPICS:
        raise Http404
    others = [one for one in TOPICS.values() if one.slug != topic]
    return render(request, "help/topic.html", {"topic": TOPICS[topic], "others": others})
