"""Records as Planiso's document shows them."""

from __future__ import annotations

from workers.detect.stream import Json

ORGANIZATION: Json = {
    "no": "32",
    "aff_number": "PART-032",
    "name": "Tech Innovators Inc.",
    "adress": "56 Parcel Street",
    "city": "Paris",
    "province": "Île-de-France",
    "country": "France",
    "phone": "01-234-5678",
    "toll_free": "",
    "phone_extension": "",
    "fax": "",
    "postal_code": "75000",
    "email": "contact@techinnovators.com",
    "website": "https://techinnovators.com",
    "active": True,
}
TOLD_ORGANIZATION: Json = {
    "no": "32",
    "aff_number": "PART-032",
    "name": "Tech Innovators Inc.",
    "address": "56 Parcel Street",
    "city": "Paris",
    "province": "Île-de-France",
    "country": "France",
    "phone": "01-234-5678",
    "toll_free": None,
    "phone_extension": None,
    "fax": None,
    "postal_code": "75000",
    "email": "contact@techinnovators.com",
    "website": "https://techinnovators.com",
    "active": True,
}

CUSTOMER: Json = {
    "no": "22",
    "aff_number": "CUST-22",
    "custom_no": "test-012",
    "active": True,
    "is_14001": False,
    "is_18001": False,
    "is_9001": True,
    "organization": ORGANIZATION,
}
SUPPLIER: Json = CUSTOMER | {"aff_number": "SUPP-22"}
SUBCONTRACTOR: Json = {
    "no": "1",
    "aff_number": "ST-001",
    "custom_no": "subcontractor-001",
    "active": True,
    "date_added": "2024-11-26 10:00:00",
    "organization": ORGANIZATION,
}

PROJECT: Json = {
    "no": "3",
    "aff_number": "PROJ-003",
    "custom_no": "PR-0003",
    "name": "Residential Area Development",
    "location": "Laval",
    "start_date": "2024-03-15",
    "end_date": None,
    "active": True,
}

USER: Json = {
    "no": "1",
    "aff_number": "PERS-001",
    "custom_no": "",
    "active": True,
    "username": "jdoe",
    "fullname": "John Doe",
    "email": "john.doe@example.com",
    "phone": "123-456-7890",
    "phonext": "101",
    "cellphone": "987-654-3210",
    "hired_date": "2023-06-01",
    "create_date": "2024-11-20 10:15:30",
    "last_update": "2024-11-22 15:00:00",
}

EQUIPMENT: Json = {
    "no": "2",
    "aff_number": "EQ-002",
    "num_equip": "CAM-2023-001",
    "year": "2023",
    "brand": "Toyota",
    "nummodel": "Hiace",
    "numserial": "SNTOYOTA12345",
    "purchase_date": "2023-06-15",
    "purchase_seller": "Toyota Dealership",
    "active": True,
    "type": [
        {"type_name": "Van", "active": True, "no": "2"},
        {"type_name": "Lorry", "active": True, "no": "1"},
    ],
}
