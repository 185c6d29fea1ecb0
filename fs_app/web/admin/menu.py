"""The administrator's part of the menu, in the words of the trade. Who may not see a page does not see its entry."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.accounts.service import Identity
from fs_app.web.i18n import t


@dataclass(frozen=True, slots=True)
class Entry:
    """`path` is the beginning of the addresses of all its pages; `icon` one of the sprite."""

    path: str
    name: str
    icon: str
    permission: str
    also: tuple[str, ...] = ()  # beginnings of further addresses of this entry


def entries(identity: Identity) -> list[Entry]:
    """What this person sees, in order."""
    every = (
        Entry("/contacts", t("menu.contacts"), "users", "contacts.browse"),
        Entry("/admin/people", t("menu.people"), "users-group", "people.manage"),
        Entry("/admin/profiles", t("menu.profiles"), "shield-check", "profiles.manage"),
        Entry("/admin/queues", t("menu.queues"), "list-details", "queues.manage"),
        Entry("/admin/flows", t("menu.flows"), "sitemap", "flows.manage"),
        Entry("/admin/skills", t("menu.skills"), "star", "skills.manage"),
        Entry("/admin/dispositions", t("menu.dispositions"), "clipboard-check", "dispositions.manage"),
        Entry("/admin/reasons", t("menu.reasons"), "coffee", "reasons.manage"),
        Entry("/admin/numbers", t("menu.numbers"), "phone-incoming", "numbers.manage"),
        Entry("/admin/blacklist", t("menu.blacklist"), "phone-off", "blacklist.manage"),
        Entry("/admin/legal", t("menu.legal"), "shield-check", "legal.view"),
        Entry("/imports", t("menu.imports"), "upload", "imports.manage"),
        Entry("/lists", t("menu.lists"), "list-check", "lists.view"),
        Entry("/admin/directory", t("menu.directory"), "address-book", "directory.manage"),
        Entry(
            "/admin/schedules",
            t("hours.title"),
            "clock",
            "hours.manage",
            ("/admin/holidays", "/admin/opening"),
        ),
        Entry("/admin/boxes", t("menu.boxes"), "record-mail", "boxes.manage"),
        Entry("/admin/messages", t("menu.messages"), "mail", "messages.manage"),
        Entry("/admin/sounds", t("menu.sounds"), "music", "sounds.manage"),
        Entry("/recordings", t("menu.recordings"), "microphone", "recordings.listen_all"),
        Entry("/admin/phones", t("menu.phones"), "device-landline-phone", "phones.manage"),
        Entry("/admin/seats", t("menu.seats"), "switch-horizontal", "phones.manage"),
        Entry("/admin/displays", t("menu.displays"), "layout-grid", "displays.manage"),
        Entry("/admin/api-keys", t("menu.api_keys"), "key", "api_keys.manage"),
        Entry("/privacy", t("menu.privacy"), "shield-lock", "privacy.manage"),
        Entry("/admin/audit", t("menu.audit"), "history", "audit.view"),
    )
    return [entry for entry in every if identity.may(entry.permission)]
