"""People: section "Contacts"."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.essensys.records import Dated, Flag, Id, Key, Number, Percent, Secret, Stamped, Text
from adapters.essensys.writing import (
    Day,
    Line,
    Line20,
    Line40,
    Line255,
    Long,
    Long4000,
    PutModel,
    Url,
    WallTime,
    WrittenFlag,
    WrittenId,
    WrittenPercent,
    WrittenSecret,
    WrittenSecret50,
)
from adapters.http.models import Known

PortalAccessLevel = Annotated[Id, Known("0", "1", "2")]
"""0 = basic, 1 = admin, 2 = mid."""


class Contact(Stamped):
    """Section "Contact": a person. Full of personal data: never log one.

    `leadname` and `locationname` hold ids.
    """

    contact_id: Key
    address: Id = Field(None, alias="address_id")
    checked_in: Flag = None
    client_type: Id = None
    community_profile_active: Flag = None
    company_logo_url: Text = None
    contact_type: Id = Field(None, alias="contacttypeid")
    image_url: Text = Field(None, alias="contactimageurl")
    email: Text = Field(None, alias="emailaddress")
    first_name: Text = None
    full_name: Text = None
    has_active_licence: Flag = None
    invited_from_portal: Flag = None
    job_function: Text = None
    last_name: Text = None
    lead: Id = Field(None, alias="leadname")
    likes_tags: Text = None
    location: Id = Field(None, alias="locationname")
    newsletter: Flag = None
    number_being_followed: Number = None
    number_of_followers: Number = None
    opt_out: Flag = None
    password: Secret = None
    phone: Text = Field(None, alias="phoneno")
    pin: Secret = Field(None, alias="pinno")
    pinterest_account: Text = None
    portal_access_level: PortalAccessLevel = None
    profile_percent_complete: Percent = None
    company_profile_active: Flag = None
    receive_shoutout_emails: Flag = None
    receive_status_update_emails: Flag = None
    remaining_hours: Text = None
    salutation: Text = None
    social_tags: Text = None
    social_websites: Text = None
    swipe_card: Text = None
    title: Text = None
    twitter_account: Text = None
    user: Id = Field(None, alias="user_id")
    what_do_i_do: Text = None
    what_i_care_about: Text = None
    private_phone: Text = Field(None, alias="privatephoneno")


class ContactPut(PutModel):
    """A contact to write."""

    first_name: Line
    mobile_cell: Line = Field(serialization_alias="mobilecellno")
    address: WrittenId | None = Field(None, serialization_alias="address_id")
    community_profile_active: WrittenFlag | None = None
    contact_type: WrittenId | None = Field(None, serialization_alias="contacttypeid")
    email: Line | None = Field(None, serialization_alias="emailaddress")
    invited_from_portal: WrittenFlag | None = None
    job_function: Line40 | None = None
    last_name: Line40 | None = None
    lead: WrittenId | None = Field(None, serialization_alias="leadname")
    likes_tags: Long4000 | None = None
    newsletter: WrittenFlag | None = None
    opt_out: WrittenFlag | None = None
    password: WrittenSecret50 | None = None
    phone: Line | None = Field(None, serialization_alias="phoneno")
    pin: WrittenSecret | None = Field(None, serialization_alias="pinno")
    pinterest_account: Url | None = None
    portal_access_level: WrittenId | None = None
    profile_percent_complete: WrittenPercent | None = None
    company_profile_active: WrittenFlag | None = None
    receive_shoutout_emails: WrittenFlag | None = None
    receive_status_update_emails: WrittenFlag | None = None
    salutation: Line255 | None = None
    social_tags: Long4000 | None = None
    social_websites: Long4000 | None = None
    swipe_card: Line255 | None = None
    title: Line20 | None = None
    twitter_account: Url | None = None
    user: WrittenId | None = Field(None, serialization_alias="user_id")
    what_do_i_do: Long4000 | None = None
    what_i_care_about: Long4000 | None = None
    private_phone: Line | None = Field(None, serialization_alias="privatephoneno")
    assistants_name: Line | None = None
    car_registration_number: Line | None = Field(None, serialization_alias="ud_carregno")
    community_status: WrittenId | None = None
    company_logo: Line | None = None
    department: Line | None = None
    dislikes_tags: Long | None = None
    date_of_birth: Day | None = None
    expertise_tags: Long | None = None
    extension: Line | None = Field(None, serialization_alias="ext")
    facebook_account: Url | None = None
    fax: Line | None = Field(None, serialization_alias="faxno")
    flickr_account: Url | None = None
    image: Line | None = Field(None, serialization_alias="contactimage")
    important_note: Long | None = None
    instagram_account: Url | None = None
    interesting_facts: Long | None = None
    last_logged_in: WallTime | None = None
    linkedin_account: Url | None = None
    managers_name: Line | None = None
    opportunity: WrittenId | None = Field(None, serialization_alias="opportunityname")
    send_visitor_message: WrittenFlag | None = Field(
        None, serialization_alias="ud_sendvisitormessage"
    )


class ContactType(Dated):
    """Section "Contact Type": the kind of a contact."""

    contact_type_id: Key
    name: Text = Field(None, alias="contacttypename")


class JobTitle(Dated):
    """Section "Job Titles": a title to choose from."""

    job_title_id: Key = Field(alias="jobtitlesid")
    name: Text = Field(None, alias="jobtitle")
