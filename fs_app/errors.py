"""One exception tree, sorted by what the one who called can do about it.

Every class has a `key`: the identifier of its sentence in the message catalogues, so that a page can say it
in the user's language; `params` fill the sentence. `str(error)` is English, for logs.
"""

from __future__ import annotations

from typing import Any


class FsAppError(Exception):
    """Root of everything that this program raises on purpose."""

    key = "error.internal"
    status = 500

    def __init__(self, text: str = "", **params: Any) -> None:
        super().__init__(text or self.key)
        self.params = params


# --- what the user can mend -------------------------------------------------------------------------------
class Invalid(FsAppError):
    """Input that can't be used; `params["field"]` names the field where there is one."""

    key = "error.invalid"
    status = 400


class NotFound(FsAppError):
    """No such object in this account (an object of another account is not found either)."""

    key = "error.not_found"
    status = 404


class NotAllowed(FsAppError):
    """The role or the state of things does not permit it."""

    key = "error.not_allowed"
    status = 403


class Conflict(FsAppError):
    """Somebody else changed it first, or the moment has passed."""

    key = "error.conflict"
    status = 409


# --- what time mends --------------------------------------------------------------------------------------
class Unavailable(FsAppError):
    """A part of the system is away for now; trying again later is right."""

    key = "error.unavailable"
    status = 503


class DatabaseBusy(Unavailable):
    """The database did not take the work within its deadline."""

    key = "error.database_busy"


class Overloaded(Unavailable):
    """A bounded queue is full."""

    key = "error.overloaded"


class WaitTimeout(Unavailable):
    """A wait inside the program reached its deadline."""

    key = "error.timeout"


# --- the switch -------------------------------------------------------------------------------------------
class SwitchError(FsAppError):
    """A command to FreeSWITCH had no success."""

    key = "error.switch"
    status = 502


class LinkLost(SwitchError):
    """The event socket is down, or went down before the reply came: the command may or may not have run."""

    key = "error.link_lost"
    status = 503


class CommandTimeout(SwitchError):
    """No reply within the command's deadline: the command may or may not have run."""

    key = "error.command_timeout"
    status = 504


class Refused(SwitchError):
    """FreeSWITCH said `-ERR …`; the text is in `reply`."""

    key = "error.refused"

    def __init__(self, reply: str, **params: Any) -> None:
        super().__init__(reply, **params)
        self.reply = reply


class NoSuchChannel(Refused):
    """The leg is gone."""

    key = "error.no_such_channel"


class UnsafeCommand(SwitchError):
    """Text that must never be written to the event socket (line break, NUL, a quote that can't be carried)."""

    key = "error.unsafe_command"
    status = 400


class ProtocolError(SwitchError):
    """Bytes from the switch that are no event-socket frame; the link is closed."""

    key = "error.protocol"


class AuthRefused(SwitchError):
    """The event socket refused the password or the address (ACL)."""

    key = "error.auth_refused"


# --- our own order ----------------------------------------------------------------------------------------
class UnknownTransition(FsAppError):
    """A state machine was given an event that its table does not have in this state."""

    key = "error.unknown_transition"
    status = 409


class ConfigError(FsAppError):
    """A setting is missing or wrong; the text says which and how to mend it."""

    key = "error.config"
