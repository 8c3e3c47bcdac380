"""Credit notes: section "Credit Notes"."""

from __future__ import annotations

from pydantic import Field

from adapters.essensys.records import (
    Dated,
    Flag,
    Html,
    Id,
    Instant,
    Key,
    MarkupType,
    Number,
    Percent,
    Record,
    Stamped,
    Text,
)
from adapters.essensys.writing import (
    Day,
    Line,
    Line255,
    Long4000,
    MaybeCurrency,
    Money,
    OwnId,
    PlainMoney,
    PutModel,
    WrittenFlag,
    WrittenHtml,
    WrittenId,
    WrittenNumber,
    WrittenReference,
)


class DraftCreditNote(Stamped):
    """Section "Draft Credit Note": a credit note that is not yet issued."""

    credit_note_id: Key
    account: Id = Field(None, alias="accountname")
    approved: Flag = None
    brought_forward: Number = Field(None, alias="bfwd")
    client_type: Id = None
    reason: Id = Field(None, alias="creditnotereason")
    credit_note_status: Id = None
    template: Id = Field(None, alias="creditnotetemplate")
    type: Id = Field(None, alias="creditnotetype")
    email_invoice: Flag = None
    email: Text = Field(None, alias="emailaddress")
    gross: Number = None
    invoice_email: Text = Field(None, alias="invoiceemailaddress")
    location: Id = None
    net: Number = None
    organization: Id = None
    record_type: Id = None
    tax: Number = None  # an amount
    status: Id = None


class DraftCreditNotePut(PutModel):
    """A draft to write; only "PUT (Minimum)" is documented."""

    account: WrittenId = Field(serialization_alias="accountname")
    template: WrittenId = Field(serialization_alias="creditnotetemplate")
    date: Day = Field(serialization_alias="creditnotedate")
    number: Line = Field(serialization_alias="creditnotenumber")


class DraftCreditNoteLine(Stamped):
    """Section "Draft Credit Note Line": a line of a draft."""

    draft_credit_note_line_id: Key
    bundled_product: Id = None
    credit_note: Id = None
    discount_from_list: Number = None
    date_from: Instant = Field(None, alias="from")
    list_price: Number = None
    markup: Text = None
    markup_type: MarkupType = None
    product: Id = None
    product_group: Id = None
    quantity: Number = None
    reference: Text = Field(None, alias="referencetext")
    tax: Id = None
    tax_rate: Percent = None
    date_to: Instant = Field(None, alias="to")
    unit_price: Number = None
    order: Number = None


class DraftCreditNoteLinePut(PutModel):
    """A draft credit note line to write."""

    credit_note: WrittenId
    date_from: Day = Field(serialization_alias="from")
    product: WrittenId
    date_to: Day = Field(serialization_alias="to")
    bundled_product: WrittenId | None = None
    discount_from_list: PlainMoney | None = None
    draft_credit_note_line_id: WrittenId | None = None
    list_price: PlainMoney | None = None
    markup_type: WrittenId | None = None
    quantity: WrittenNumber | None = None
    reference: WrittenReference | None = Field(None, serialization_alias="referencetext")
    tax: WrittenId | None = None
    unit_price: PlainMoney | None = None
    total_price: PlainMoney | None = None


class CreditNote(Record):
    """Section "Credit Note": no answer is shown, its id is named by Credit Note Line."""

    credit_note_id: Key
    account: Id = Field(None, alias="accountname")
    approved: Flag = None
    comment: Text = Field(None, alias="creditnotecomment")
    date: Instant = Field(None, alias="creditnotedate")
    number: Text = Field(None, alias="creditnotenumber")
    reason: Id = Field(None, alias="creditnotereason")
    text: Text = Field(None, alias="creditnotetext")
    type: Id = Field(None, alias="creditnotetype")
    gross: Number = None
    location: Id = None
    net: Number = None
    status: Id = None
    tax: Number = None


class CreditNotePut(PutModel):
    """A credit note to write."""

    currency: MaybeCurrency = None
    account: WrittenId = Field(serialization_alias="accountname")
    date: Day = Field(serialization_alias="creditnotedate")
    number: Line255 = Field(serialization_alias="creditnotenumber")
    status: WrittenId
    approved: WrittenFlag | None = None
    comment: Long4000 | None = Field(None, serialization_alias="creditnotecomment")
    reason: WrittenId | None = Field(None, serialization_alias="creditnotereason")
    text: Line255 | None = Field(None, serialization_alias="creditnotetext")
    type: WrittenId | None = Field(None, serialization_alias="creditnotetype")
    gross: Money | None = None
    location: WrittenId | None = None
    net: Money | None = None
    tax: Money | None = None


class CreditNoteLine(Stamped):
    """Section "Credit Note Line": a line of an issued credit note."""

    credit_note_line_id: Key
    bundled_product: Id = None
    credit_note: Id = None
    discount_from_list: Number = None
    date_from: Instant = Field(None, alias="from")
    list_price: Number = None
    markup: Text = None
    markup_type: MarkupType = None
    order: Number = None
    product: Id = None
    product_group: Id = None
    quantity: Number = None
    reference: Text = Field(None, alias="referencetext")
    tax: Id = None
    tax_rate: Percent = None
    date_to: Instant = Field(None, alias="to")
    unit_price: Number = None


class CreditNoteReason(Dated):
    """Section "Credit Note Reason": a reason to choose from."""

    credit_note_reason_id: Key
    name: Text = Field(None, alias="creditnotereasonname")


class CreditNoteTemplate(Record):
    """Section "Credit Note Template": no GET is documented."""

    template_id: Key
    name: Text = Field(None, alias="templatename")
    margin_bottom: Number = None
    margin_left: Number = None
    margin_right: Number = None
    margin_top: Number = None
    merge_field: Id = None
    paper_size: Text = None
    terms_and_conditions: Html = None
    title: Text = None


class CreditNoteTemplatePut(PutModel):
    """A credit note template to write."""

    merge_field: WrittenId
    paper_size: WrittenId
    name: Line = Field(serialization_alias="templatename")
    template_id: OwnId = ""
    terms_and_conditions: WrittenHtml
    title: Line
    margin_bottom: WrittenNumber | None = None
    margin_left: WrittenNumber | None = None
    margin_right: WrittenNumber | None = None
    margin_top: WrittenNumber | None = None
    html: WrittenHtml | None = Field(None, serialization_alias="templatehtml")


class CreditNoteType(Dated):
    """Section "Credit Note Type": a type to choose from."""

    credit_note_type_id: Key
    name: Text = Field(None, alias="creditnotetypename")
