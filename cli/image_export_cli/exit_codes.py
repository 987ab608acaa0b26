"""The exit codes of every verb: one table, and what a fault ends with."""

from enum import IntEnum

from image_export.errors import AskerFault, CloudFault, ImageExportError, LedgerFault


class ExitCode(IntEnum):
    """How a verb ends. Where several things are asked for, the worst of them says it: WRONG, UNKNOWN, NO, DONE."""

    DONE = 0  # done, or nothing wrong
    NO = 1  # the answer is no: wrong, failed, refused, unprotected
    WRONG = 2  # the command line or a file is wrong
    UNKNOWN = 3  # it could not be told: the cloud or the network


def of_fault(fault: ImageExportError) -> ExitCode:
    """An answer is no; what nobody answered is unknown; settings, policy and files are wrong."""
    if isinstance(fault, AskerFault):
        return ExitCode.NO
    return ExitCode.UNKNOWN if isinstance(fault, CloudFault | LedgerFault) else ExitCode.WRONG


def worst(codes: "list[ExitCode]") -> ExitCode:
    """The code for several things at once."""
    order = (ExitCode.WRONG, ExitCode.UNKNOWN, ExitCode.NO)
    return next((code for code in order if code in codes), ExitCode.DONE)
