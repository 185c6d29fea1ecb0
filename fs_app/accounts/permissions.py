"""Who may do what: one table. docs/permissions.md says the same in words and is compared by a test."""

from __future__ import annotations

ROLES = ("agent", "supervisor", "admin")

EVERYBODY = frozenset(ROLES)
STEERING = frozenset({"supervisor", "admin"})
ADMINS = frozenset({"admin"})

PERMISSIONS: dict[str, frozenset[str]] = {
    "desk.use": EVERYBODY,
    "overview.view": STEERING,
    "calls.view_own": EVERYBODY,
    "calls.view_all": STEERING,
    "calls.export": STEERING,
    "recordings.listen_own": EVERYBODY,
    "recordings.listen_all": STEERING,
    "recordings.download": STEERING,
    "recordings.steer": STEERING,
    "recordings.keep": STEERING,
    "recordings.delete": ADMINS,
    "recordings.manage": ADMINS,
    "phones.manage": ADMINS,
    "callbacks.view": EVERYBODY,
    "callbacks.view_all": STEERING,
    "callbacks.work": EVERYBODY,
    "callbacks.move": EVERYBODY,
    "calls.correct_own": EVERYBODY,
    "calls.dial": EVERYBODY,
    "calls.transfer": EVERYBODY,
    "calls.conference": EVERYBODY,
    "blacklist.manage": ADMINS,
    "legal.view": STEERING,
    "legal.manage": ADMINS,
    "contacts.view": EVERYBODY,
    "contacts.edit": EVERYBODY,
    "contacts.browse": STEERING,
    "contacts.export": STEERING,
    "contacts.merge": STEERING,
    "contacts.delete": ADMINS,
    "contact_fields.manage": ADMINS,
    "segments.manage": STEERING,
    "directory.view": EVERYBODY,
    "directory.edit_public": STEERING,
    "directory.manage": ADMINS,
    "status.view": STEERING,
    "status.restart": ADMINS,
    "supervision.view": STEERING,
    "supervision.steer": STEERING,
    "supervision.listen": STEERING,
    "displays.manage": ADMINS,
    "people.manage": ADMINS,
    "profiles.manage": ADMINS,
    "queues.manage": ADMINS,
    "skills.manage": ADMINS,
    "dispositions.manage": ADMINS,
    "reasons.manage": ADMINS,
    "numbers.manage": ADMINS,
    "hours.manage": ADMINS,
    "voicemail.view": STEERING,
    "boxes.manage": ADMINS,
    "surveys.view": STEERING,
    "flows.manage": ADMINS,
    "sounds.listen": STEERING,
    "sounds.manage": ADMINS,
    "messages.manage": ADMINS,
    "imports.manage": STEERING,
    "lists.view": STEERING,
    "lists.act": STEERING,
    "lists.export": STEERING,
    "lists.edit": ADMINS,
    "lists.rules": ADMINS,
    "lists.delete": ADMINS,
    "api_keys.manage": ADMINS,
    "privacy.manage": ADMINS,
    "privacy.log": ADMINS,
    "audit.view": ADMINS,
}


def may(role: str, permission: str) -> bool:
    """Whether `role` has `permission`. An unknown role has none; an unknown permission is a KeyError."""
    return role in PERMISSIONS[permission]
