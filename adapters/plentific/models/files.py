"""Uploaded files."""

from __future__ import annotations

from adapters.http.models import ProviderModel


class UploadedFile(ProviderModel):
    """The id of a file, for a fault's attachments (plentific.txt: "Upload a file")."""

    uuid: str
