"""Rows and details as Facilitee's document shows them, with fictional people."""

from __future__ import annotations

from workers.detect.stream import Json

ADDRESS: Json = {
    "id": 21048,
    "street": "Javastraat",
    "streetNumber": "1",
    "postCode": "1094 EM",
    "city": "Amsterdam",
    "country": "Netherlands",
    "googlePlaceId": "ChIJyfEW6XIJxkcRyRX1yUIDLxg",
}
TOLD_ADDRESS: Json = {
    "street": "Javastraat",
    "street_number": "1",
    "post_code": "1094 EM",
    "city": "Amsterdam",
    "country": "Netherlands",
}

ISSUE: Json = {
    "id": 77,
    "name": "Broken pipe",
    "description": "The pipe in the bathroom burst open.",
    "category": "Plumbing",
    "reporterId": 33,
    "reporterName": "Property user",
    "issueManagerName": "Jon Jonason",
    "urgent": True,
    "propertyUsersInvolved": True,
    "status": "Closed",
    "created": "2021-07-17T16:24:40.180Z",
    "modified": "2021-07-18T17:20:20.181Z",
    "responseTimeLeft": 0,
    "userReferenceId": "AP-232",
    "rejectionComment": "",
    "propertyUnit": {
        "id": 66,
        "address": ADDRESS,
        "floor": 0,
        "propertyUnitType": {"id": 20, "name": "Apartment", "canDelete": True, "isUsed": True},
        "property": {"propertyType": None, "name": "The Building", "id": 55},
    },
    "overallRating": {
        "rating": 5,
        "comment": "Perfect Work",
        "type": 2,
        "user": "Property User",
        "lastRatedDate": "2021-07-18T17:20:20.181Z",
    },
}

PERSON: Json = {
    "name": "User Test",
    "email": "user@example.com",
    "companyName": "Test Company",
    "countryCode": "31",
    "phoneNumber": "984356578",
    "additionalNote": "Test note",
    "externalReferenceId": "ref-123",
}
TOLD_PERSON: Json = {
    "name": "User Test",
    "email": "user@example.com",
    "company_name": "Test Company",
    "country_code": "31",
    "phone_number": "984356578",
    "status": "active",
    "status_raw": None,
    "external_reference": "ref-123",
}

OWNER_ROW: Json = PERSON | {
    "id": 2564,
    "address": ADDRESS,
    "authorizedAmount": 650.5,
    "numberOfPropertyUnits": 2,
    "userStatus": "Active",
}
OWNER: Json = PERSON | {
    "id": 2564,
    "address": ADDRESS,
    "authorizedAmount": 650.5,
    "status": "Active",
    "invoiceAddress": ADDRESS,
    "invoiceCompany": "Owner Company",
    "invoiceEmail": "owner.invoice@example.com",
    "attentionTo": "Owner",
}

MANAGER_ROW: Json = PERSON | {
    "id": 110,
    "userStatus": "Active",
    "role": "PropertyManager",
    "numberOfPropertyUnits": 4,
    "averageRating": 3.5,
    "numberOfRatings": 2,
}
MANAGER: Json = PERSON | {
    "id": 110,
    "userStatus": "Active",
    "address": ADDRESS,
    "averageRating": 3.5,
    "numberOfRatings": 2,
}

OCCUPANCY: Json = {
    "propertyUnitId": 35,
    "customUnitId": "Custom Unit ID",
    "additionalNote": "Note",
    "floor": 0,
    "isMainContact": True,
    "contractStart": "2021-12-16T11:49:14.365Z",
    "contractEnd": "2022-12-16T11:49:14.365Z",
    "address": ADDRESS,
}
PROPERTY_USER: Json = PERSON | {
    "id": 110,
    "status": "Active",
    "address": ADDRESS,
    "propertyUnits": [OCCUPANCY],
}

SERVICE_PROVIDER_ROW: Json = PERSON | {
    "id": 330,
    "userStatus": "Active",
    "activeIssues": 2,
    "tags": ["Plumbing", "Heating"],
    "address": ADDRESS,
    "averageRating": 4.0,
    "numberOfRatings": 20,
}
SERVICE_PROVIDER: Json = PERSON | {
    "id": 330,
    "status": "Active",
    "tags": [{"id": 2, "name": "Plumbing"}, {"id": 3, "name": "Heating"}],
    "attachments": [{"id": 10, "name": "Document", "url": "url", "size": 5}],
    "address": ADDRESS,
    "averageRating": 4.0,
    "numberOfRatings": 20,
}

PROPERTY: Json = {
    "id": 10,
    "name": "The Building",
    "customPropertyId": "222",
    "address": ADDRESS,
    "isActive": True,
    "propertyType": {
        "id": 3,
        "name": "Apartment Building",
        "isActive": True,
        "canDelete": False,
        "isUsed": True,
    },
}

UNIT_ROW: Json = {
    "id": 1489,
    "address": ADDRESS,
    "propertyUnitType": {"id": 19, "name": "Apartment", "canDelete": True, "isUsed": True},
    "isCommonSpace": False,
    "isActive": True,
    "customUnitId": "JavaStraat-1-200",
    "additionalNote": "string",
    "floor": 1,
    "mainContact": {"email": "user1@example.com", "name": "The User 1"},
    "mainContactContractEnd": "2021-12-16T10:41:51.018Z",
    "defaultIssueManagerName": "Issue Manager",
    "defaultPropertyManagerName": "Property Manager",
    "propertyManagerId": 398,
    "ownerName": "Property Owner",
    "ownerCompanyName": "Test Company",
    "property_id": "1257",
}
UNIT: Json = {
    "id": 1489,
    "address": ADDRESS,
    "contractStart": "2021-01-01T00:00:00.000Z",
    "contractEnd": "2022-01-01T00:00:00.000Z",
    "expired": False,
    "isCommonSpace": False,
    "isActive": True,
    "manager": {"id": 398, "name": "Manager"},
    "defaultIssueManager": {"id": 33, "name": "Issue Manager"},
    "owner": {"id": 468, "name": "Property Owner", "userStatus": "Active"},
    "ownerCompany": {"id": 22, "name": "Test Company"},
    "propertyUsers": [
        {"id": 2567, "name": "Main Contact User", "isContact": True},
        {"id": 2566, "name": "The User 1", "isContact": False},
    ],
    "attachments": None,
    "customUnitId": "JavaStraat-1-200",
    "additionalNote": "At the end of the hallway, to the right.",
    "floor": 1,
    "propertyUnitType": {"id": 19, "name": "Apartment", "canDelete": True, "isUsed": True},
    "property": {"propertyType": None, "name": "Dutch building", "id": 1257},
    "hasPropertyAddress": False,
}
