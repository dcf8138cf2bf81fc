"""The words of the flow language. A verb is a frozen dataclass (what the author writes) and a generator (what happens).

The table below is the whole language; dialplans/README.md is generated from it.
"""

from typing import Final

from ivr.core.verbs.advance import Advance, Rate
from ivr.core.verbs.callback import Callback
from ivr.core.verbs.collect import Collect
from ivr.core.verbs.contact import Contact
from ivr.core.verbs.duplicate import Duplicate
from ivr.core.verbs.lookup import Lookup
from ivr.core.verbs.menu import Menu
from ivr.core.verbs.moment import Moment
from ivr.core.verbs.node import Choice, Node, field_doc
from ivr.core.verbs.queue import Queue
from ivr.core.verbs.receipt import Receipt
from ivr.core.verbs.request import Request
from ivr.core.verbs.status import Status
from ivr.core.verbs.survey import Survey
from ivr.core.verbs.tell import Branch, Hangup, Hours, Say
from ivr.core.verbs.voicemail import Voicemail

VERBS: Final[dict[str, type[Node]]] = {
    "say": Say,
    "moment": Moment,
    "menu": Menu,
    "collect": Collect,
    "branch": Branch,
    "hours": Hours,
    "lookup": Lookup,
    "status": Status,
    "duplicate": Duplicate,
    "contact": Contact,
    "request": Request,
    "receipt": Receipt,
    "advance": Advance,
    "rate": Rate,
    "queue": Queue,
    "callback": Callback,
    "voicemail": Voicemail,
    "survey": Survey,
    "hangup": Hangup,
}

__all__ = ["VERBS", "Choice", "Node", "field_doc"]
