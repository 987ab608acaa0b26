"""Everything that can go wrong, by whose fault it is. Each error carries its answer.

ImageExportError
├── AskerFault        the request, event or policy asks for what cannot be: never retried
│   ├── Damaged       an exported object is not, or no longer, what its manifest says
│   └── Taken         the key of an object that was to be made is another's
├── CloudFault        the cloud did not do it
│   ├── Refused       a well-formed error answer with a 4xx status: it did not happen
│   │   └── RefusedForGood   asked again, the answer would be the same
│   ├── Unreached     no byte left us (DNS, connect, TLS): it did not happen
│   │   └── OutOfTime      the invocation is all but over, and what is done is kept
│   └── Unanswered    5xx, time-out, reset, unreadable answer: nobody knows if it happened (docs/protocol.md#rule-6)
│       └── Unreadable   an answer of the service came, in another shape than any that is known
└── OurFault          settings, policy file or ledger are not fit for work
    └── LedgerFault   the ledger could not be read or written: nothing may be concluded, ask again
        └── FactUnreadable   one object of it is refused, or none that this version understands: the others go on
"""

from .values.cause import Cause


class ImageExportError(Exception):
    """`cause` is what logs, events and answers show, `status` the HTTP status, `retryable` whether to ask again."""

    status = 500
    retryable = False

    def __init__(self, cause: Cause, *, status: int | None = None) -> None:
        super().__init__(f"{cause.code}: {cause.message}")
        self.cause = cause
        if status is not None:
            self.status = status

    @property
    def code(self) -> str:
        """The code, as the cloud or we spell it."""
        return self.cause.code


class AskerFault(ImageExportError):
    """What was asked for is wrong, missing, unknown or outside the policy."""

    status = 400


class Damaged(AskerFault):
    """An exported object is broken, gone, or another than its manifest says. The message names it and what differs."""

    status = 409


class Taken(AskerFault):
    """An object that we did not make has the key. It is left alone."""

    status = 409


class CloudFault(ImageExportError):
    """The cloud did not do it, or did not say."""

    status = 503
    retryable = True
    retry_after_s: float | None = None  # how long it asks to be left alone


class Refused(CloudFault):
    """The cloud answered no. `status` is the cloud's; `decisions/codes.py` says whether to ask again."""

    status = 400
    retryable = False


class RefusedForGood(Refused):
    """A channel does not take this, and never will: it is gone, or what was sent is nothing that it takes."""


class Unreached(CloudFault):
    """The service could not be reached; nothing was sent."""


class OutOfTime(Unreached):
    """Too little of the invocation is left for the next step. Called again, it goes on from there."""


class Unanswered(CloudFault):
    """Something was sent and no usable answer came: the effect is in doubt."""


class Unreadable(Unanswered):
    """A whole answer came, and what it must say is missing or in another shape. Asked again it is the same."""


class OurFault(ImageExportError):
    """The deployment is not fit for work: settings, policy or ledger. The message says what would be right."""

    status = 503


class LedgerFault(OurFault):
    """The ledger's bucket did not answer or refused. Raised to whoever called us, so that it is asked again."""

    retryable = True


class FactUnreadable(LedgerFault):
    """One object of the ledger was written by another version or a hand, or OSS refuses it. Nothing else is wrong."""
