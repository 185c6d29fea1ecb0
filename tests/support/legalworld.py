"""What the pages about the law show: rules that an account has changed, registers of all kinds, consents."""

from __future__ import annotations

from fs_app.contacts.model import Contact
from fs_app.legal import presets, writing
from fs_app.legal.model import Consent, LegalRule, OptOutList
from fs_app.legal.rules import ids

HOSTILE = '=HYPERLINK("http://evil.example","x")<img src=x onerror=alert(1)>\u202eabc'
DAY = 86_400_000


def populate(account: int, now: int) -> None:
    france = ids(presets.of("FR").rules)
    stricter = {**writing.write(france["attempts"]), "most": 3}
    looser = {**writing.write(france["silence"]), "days": 30}
    of = {"account": account, "country": "FR", "edited_at": now, "edited_by": "Ada Petit"}
    LegalRule.create(kind="attempts", rules=stricter, source="Direction juridique", **of)
    LegalRule.create(kind="silence", rules=looser, reason=HOSTILE, **of)
    LegalRule.create(kind="caller_id_shown", rules=None, reason="Test", **of)
    mine = {"account": account, "created_at": now}
    OptOutList.create(
        name="Bloctel",
        country="FR",
        generation=1,
        count=4_812_345,
        refused=3,
        file="bloctel.csv",
        as_of=now - 45 * DAY,
        loaded_at=now - 44 * DAY,
        loaded_by="Ada Petit",
        **mine,
    )
    OptOutList.create(name=HOSTILE[:100], state="FAILED", error="legal.register.wrong.empty", **mine)
    OptOutList.create(name="TPS", country="GB", state="LOADING", loading=1, done=40, total=100, **mine)
    contact = Contact.select().where(Contact.account == account).order_by(Contact.id).first()
    yes = {"account": account, "contact": contact, "created_at": now, "created_by": "Ada Petit"}
    Consent.create(
        given_at=now - 90 * DAY,
        source="Formulaire du site",
        text="J’accepte d’être appelé.\n" + HOSTILE,
        channel="web",
        **yes,
    )
    Consent.create(given_at=now - 400 * DAY, source=HOSTILE, channel="telephone", **yes)
    Consent.create(
        given_at=now - 800 * DAY,
        source="Salon",
        text="Oui",
        channel="paper",
        withdrawn_at=now - 500 * DAY,
        withdrawn_by="Ada Petit",
        withdrawn_how="Par téléphone",
        **yes,
    )
