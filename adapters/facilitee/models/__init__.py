"""What is read from Facilitee and written to it, by the document's sections."""
