"""What a call to Kafka can end in, sorted by what the caller does next.

KafkaProblem
├── KafkaUnavailable     nobody answered, or not in time: try again later
│   └── NotLetIn         somebody answered, and TLS or the login failed: somebody has to see to it
├── KafkaRefused         the cluster said no: the same again is pointless until something changes
│   ├── NotAllowed       logged in, but without the permission for this
│   └── TopicMismatch    a topic is there, but not as it was asked for
├── NotSent              held back, because an earlier record of the same key was not acknowledged
└── EmbeddedBrokerError  the embedded broker is not installed or did not start
"""

from __future__ import annotations

from collections.abc import Sequence


class KafkaProblem(Exception):
    """Kafka did not do what was asked; `str()` is one line without payloads and secrets."""


class KafkaUnavailable(KafkaProblem):
    """Nobody answered, or not in time. Try again later: it may or may not have happened."""


class NotLetIn(KafkaUnavailable):
    """TLS or the login failed. To try again helps once certificates or passwords are put right."""


class KafkaRefused(KafkaProblem):
    """The cluster said no; the same again is pointless until the record or the cluster changes."""


class NotAllowed(KafkaRefused):
    """We are logged in and lack the permission for this; to try again helps once it is granted."""


class TopicMismatch(KafkaRefused):
    """Topics exist, but not as they were asked for; `differences` has one line for each."""

    def __init__(self, differences: Sequence[str]) -> None:
        super().__init__("; ".join(differences))
        self.differences = tuple(differences)


class NotSent(KafkaProblem):
    """Held back: an earlier record of the same key was not acknowledged. Certainly not in Kafka."""


class EmbeddedBrokerError(KafkaProblem):
    """The embedded broker is not installed or did not start."""
