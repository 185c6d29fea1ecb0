"""A question of mod_xml_curl and its answer, without network.

FreeSWITCH reads the answer with its preprocessor on (mod_xml_curl.c, switch_xml_parse_file): besides markup, `$` and a
comment would have a meaning there. So nothing of the question is ever repeated in an answer, and of the snapshot only
checked names and one escaped text.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from fs_app.directory.snapshot import Cached, User

CACHE_MS = 1_800_000
"""How long FreeSWITCH keeps an answer. It multiplies by 1000 in 32 bits: more than 2,147,483 is no time at all."""

NOT_FOUND = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<document type="freeswitch/xml">\n<section name="result">\n'
    '<result status="not found"/>\n</section>\n</document>\n'
)


def answer(question: Mapping[str, str], users: Cached) -> str:
    """The XML for one question. Raises LookupError while there is no snapshot at all.

    Only the question for one user of one domain has an answer (registration, call, `sofia_contact`); lists of users,
    groups and gateways do not come from here.
    """
    if question.get("section") != "directory" or question.get("purpose"):
        return NOT_FOUND
    name, domain = question.get("user", ""), question.get("domain", "") or question.get("key_value", "")
    if not name or not domain or question.get("action") == "event_socket_auth":
        return NOT_FOUND
    user = users.find(name, domain)
    return NOT_FOUND if user is None else entry(user)


def entry(user: User) -> str:
    """One user as FreeSWITCH wants it; kept there for half an hour unless `xml_flush_cache id USER DOMAIN` comes."""
    variables = {
        "user_context": user.context,
        "fsapp_account": user.account,
        "effective_caller_id_number": user.user,
        "effective_caller_id_name": _plain(user.name) or user.user,
    }
    lines = [
        f"<variable name={quoteattr(name)} value={quoteattr(value)}/>" for name, value in variables.items()
    ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<document type="freeswitch/xml">',
            '<section name="directory">',
            f"<domain name={quoteattr(user.domain)}>",
            f'<user id={quoteattr(user.user)} cacheable="{CACHE_MS}">',
            "<params>",
            f'<param name="a1-hash" value={quoteattr(user.a1_hash)}/>',
            "</params>",
            "<variables>",
            *lines,
            "</variables>",
            "</user>",
            "</domain>",
            "</section>",
            "</document>",
            "",
        ]
    )


def _plain(text: str) -> str:
    """A display name without what a channel variable, a SIP header or the preprocessor would read as its own."""
    return "".join(c for c in text if c.isprintable() and c not in '$<>"\\{}[]').strip()[:80]
