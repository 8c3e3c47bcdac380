"""The table of streams: every kind of entity that is watched.

A stream whose entities are listed below others stands after the stream of those.
"""

from __future__ import annotations

from workers.detect import essensys, facilitee, planiso, plentific
from workers.detect.stream import Stream

STREAMS: tuple[Stream, ...] = (
    plentific.WORK_ORDERS,
    plentific.BOOKINGS,
    plentific.COMPLETION_REPORTS,
    plentific.QUOTES,
    plentific.OUTSTANDING_ISSUES,
    plentific.INVOICES,
    essensys.BOOKINGS,
    essensys.LEADS,
    essensys.INVOICES,
    essensys.ACCOUNTS,
    facilitee.ISSUES,
    facilitee.OWNERS,
    facilitee.PROPERTY_USERS,
    facilitee.SERVICE_PROVIDERS,
    facilitee.MANAGERS,
    facilitee.PROPERTIES,
    facilitee.PROPERTY_UNITS,
    planiso.PROJECTS,
    planiso.CUSTOMERS,
    planiso.SUPPLIERS,
    planiso.SUBCONTRACTORS,
    planiso.ORGANIZATIONS,
    planiso.USERS,
    planiso.EQUIPMENT,
)
