"""What the members' portal shows: section "Portal"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import (
    Dated,
    Flag,
    Html,
    Id,
    Instant,
    Key,
    Number,
    Record,
    Stamped,
    Text,
)
from adapters.essensys.writing import (
    Line,
    Line255,
    Long,
    MaybeCurrency,
    Money,
    OwnId,
    PutModel,
    WallTime,
    WrittenFlag,
    WrittenHtml,
    WrittenId,
    WrittenNumber,
)


class Announcement(Record):
    """Section "Announcement": a piece of news on the portal."""

    announcement_id: Key
    name: Text = Field(None, alias="announcementname")
    description: Text = None
    created_by: Text = None
    location: Id = None
    publish_date: Instant = None
    updated: Instant = Field(None, alias="updatedate")
    updated_by: Text = None


class Attendee(Stamped):
    """Section "Attendee": "eventattendee" in every address."""

    attendee_id: Key
    name: Text = Field(None, alias="attendeename")
    company: Text = None
    email: Text = None
    event: Id = None
    first_name: Text = None
    fee_paid: Number = None
    last_name: Text = None
    phone: Text = None
    registered_date: Instant = None


class AttendeePut(PutModel):
    """An attendee to write."""

    currency: MaybeCurrency = None
    attendee_id: OwnId = ""
    event: WrittenId
    company: Line255 | None = None
    email: Line | None = None
    first_name: Line255 | None = None
    fee_paid: Money | None = None
    last_name: Line255 | None = None
    phone: Line | None = None
    registered_date: WallTime | None = None


class Event(Dated):
    """Section "Event": on the portal."""

    event_id: Key
    name: Text = Field(None, alias="eventname")
    allow_multiple_attendees: Flag = None
    event_link: Text = None
    event_book_button: Text = None
    capacity: Number = None
    description: Text = None
    discontinued: Flag = None
    email_message: Html = None
    email_notify_from: Text = None
    email_send_to: Text = None
    email_subject: Text = None
    enable_non_member_pricing: Flag = None
    owner_email: Text = None
    event_picture_url: Text = None
    location: Id = None
    unit_price: Number = None
    record_type: Id = None
    start: Instant = Field(None, alias="startdate")


class EventPut(PutModel):
    """An event to write."""

    currency: MaybeCurrency = None
    name: Line = Field(serialization_alias="eventname")
    event_id: OwnId = ""
    location: WrittenId
    merge_field: WrittenId
    allow_multiple_attendees: WrittenFlag | None = None
    capacity: WrittenNumber | None = None
    description: Long | None = None
    discontinued: WrittenFlag | None = None
    email_message: WrittenHtml | None = None
    email_notify_from: Line | None = None
    email_send_to: Line | None = None
    email_subject: Line | None = None
    enable_non_member_pricing: WrittenFlag | None = None
    owner_email: Line | None = None
    unit_price: Money | None = None
    start: WallTime | None = Field(None, serialization_alias="startdate")
    end: WallTime | None = Field(None, serialization_alias="enddate")
    event_picture: Line | None = None
    non_member_unit_price: Money | None = None


class PortalLogin(Record):
    """Section "Portal Login": no GET is documented, and no password."""

    logon_id: Key
    first_name: Text = None
    last_name: Text = None
    login_date: Instant = None
    username: Text = None


class PortalLoginPut(PutModel):
    """A portal login to write."""

    logon_id: OwnId = ""
    username: Line255
    first_name: Line255 | None = None
    last_name: Line255 | None = None
    login_date: WallTime | None = None


class PortalPage(Record):
    """Section "Portal Page": the document breaks off here; no GET is documented."""

    portal_page_id: Key
    name: Text = Field(None, alias="portalpagename")
    module_name: Id = None


class PortalPagePut(PutModel):
    """A portal page to write: what is left of "PUT (Minimum)"."""

    module_name: WrittenId
    name: Line = Field(serialization_alias="portalpagename")
    portal_page_id: OwnId = ""
