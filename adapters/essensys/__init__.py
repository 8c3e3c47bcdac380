"""essensys Operate: flex-space billing and bookings, API 1.0."""
