"""Whether a phone may register: the question that mod_xml_curl asks the program's directory, and its answer."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.parse
import urllib.request
from xml.etree import ElementTree

TIMEOUT_S = 2.0  # as in xml_curl.conf.xml


def ask(url: str, user: str, domain: str, password: str) -> dict[str, str] | None:
    """The user's variables when the password is right, None when refused or nobody answers."""
    question = urllib.parse.urlencode(
        {
            "section": "directory", "tag_name": "domain", "key_name": "name", "key_value": domain,
            "action": "sip_auth", "user": user, "domain": domain, "sip_auth_username": user,
            "sip_auth_realm": domain,
        }
    ).encode()  # fmt: skip
    try:
        with urllib.request.urlopen(url, question, timeout=TIMEOUT_S) as answer:  # noqa: S310 - a loopback address
            root = ElementTree.fromstring(answer.read(65536))  # noqa: S314 - from the program itself
    except (OSError, ValueError, urllib.error.URLError, ElementTree.ParseError):
        return None
    found = next((node for node in root.iter("user") if node.get("id") == user), None)
    if found is None:
        return None
    params = {node.get("name", ""): node.get("value", "") for node in found.iter("param")}
    digest = hashlib.md5(f"{user}:{domain}:{password}".encode(), usedforsecurity=False).hexdigest()
    if params.get("a1-hash") != digest and params.get("password") != password:
        return None
    return {node.get("name", ""): node.get("value", "") for node in found.iter("variable")}
