"""What the events of Planiso carry: projects, the people and companies behind them, equipment.

They name people: let those read these topics who may.
"""

from events.planiso.partners import (
    Customer,
    CustomerData,
    Organization,
    OrganizationData,
    Subcontractor,
    SubcontractorData,
    Supplier,
    SupplierData,
)
from events.planiso.shared import (
    OrganizationRef,
    Partner,
    PlanisoNo,
)
from events.planiso.work import (
    Equipment,
    EquipmentData,
    EquipmentType,
    Project,
    ProjectData,
    User,
    UserData,
)

__all__ = [
    "Customer",
    "CustomerData",
    "Equipment",
    "EquipmentData",
    "EquipmentType",
    "Organization",
    "OrganizationData",
    "OrganizationRef",
    "Partner",
    "PlanisoNo",
    "Project",
    "ProjectData",
    "Subcontractor",
    "SubcontractorData",
    "Supplier",
    "SupplierData",
    "User",
    "UserData",
]
