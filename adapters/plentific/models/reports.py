"""Reports and their runs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from adapters.http.errors import Unsendable
from adapters.http.models import Instant, Known, Many, ProviderModel
from adapters.http.requests import Maybe, RequestModel, UuidText
from adapters.plentific.formats import IsoTime
from adapters.plentific.models.invoices import InvoiceStatus
from adapters.plentific.models.shared import Several, Texts, Uuids

ReportRunOrder = Literal["created", "-created"]
EnquiryStatus = Literal[
    "quote_accepted", "booked", "done", "deposit_paid", "invoice_outstanding", "invoice_overdue"
]
# "none" is a documented value, not an absent one.
RUN_STATUSES = Known("pending", "scheduled", "generated", "complete", "error", "none")


class ReportVersion(ProviderModel):
    """A version of a report."""

    uuid: str
    created: Instant | None = None


class ReportRow(ProviderModel):
    """A report as a list shows it (plentific.txt: "List all reports")."""

    uuid: str
    slug: str | None = None
    versions: Many[ReportVersion] = ()


class Report(ProviderModel):
    """A report in detail (plentific.txt: "Retrieve report details")."""

    uuid: str
    description: str | None = None
    versions: Many[ReportVersion] = ()


class ReportRunRow(ProviderModel):
    """A run as a list shows it, without its status (plentific.txt: "List all report runs")."""

    uuid: str
    organisations: Many[str] = ()
    created: Instant | None = None


class ReportRunParameters(ProviderModel):
    """What a run is about; the times are written under other names."""

    from_: Instant | None = Field(default=None, alias="from")
    to: Instant | None = None
    organisations: Many[str] = ()
    property_groups: Many[str] = ()
    invoice_status_list: Many[str] = ()


class ReportRun(ProviderModel):
    """A run in detail (plentific.txt: "Retrieve report run details").

    `url` is where the complete report can be fetched, at another host.
    """

    uuid: str
    report_uuid: str | None = None
    version: str | None = None
    status: Annotated[str | None, RUN_STATUSES] = None
    created: Instant | None = None
    parameters: ReportRunParameters | None = None
    url: str | None = None


class ReportRunChoice(RequestModel):
    """What a new run is to be about.

    An accrual report is asked for by `enquiry_status_list`, every other by its two times.
    `invoice_status_list` is for reports on agent invoices only.
    """

    organisations: Uuids
    property_groups: Maybe[Texts] = None
    from_datetime: Maybe[IsoTime] = None
    to_datetime: Maybe[IsoTime] = None
    enquiry_status_list: Maybe[Several[EnquiryStatus]] = None
    invoice_status_list: Maybe[Several[InvoiceStatus]] = None

    @model_validator(mode="after")
    def _times_unless_accrual(self) -> Self:
        times = self.from_datetime is not None and self.to_datetime is not None
        if self.enquiry_status_list is None and not times:
            raise Unsendable(
                "ReportRunChoice: from_datetime, to_datetime: are required,"
                " or for an accrual report enquiry_status_list"
            )
        return self


class ReportRunNew(RequestModel):
    """A run to be started (plentific.txt: "Create a new report run").

    Without a version, it is the report's oldest.
    """

    parameters: ReportRunChoice
    version: Maybe[UuidText] = None
