"""Who is there: login, sessions that can be revoked, what a person has chosen (language, theme)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace

import structlog
from peewee import fn

from fs_app.accounts.model import LANGUAGES, Account, Profile, User, UserSession
from fs_app.accounts.passwords import Passwords
from fs_app.accounts.permissions import may
from fs_app.agents.model import Agent
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import Invalid, NotAllowed, Unavailable

log = structlog.get_logger(__name__)

RECHECK_MS = 60_000
"""How long a session is believed without asking the database; a revocation elsewhere counts after that."""

SEEN_EVERY_MS = 300_000
"""How often `seen_at` is written while a person works."""

MOST_CACHED = 20_000

THEMES = ("auto", "light", "dark")


class BadLogin(NotAllowed):
    """Account, identifier or password is wrong; which one is not said."""

    key = "error.bad_login"


@dataclass(frozen=True, slots=True)
class Identity:
    """The person behind a request: plain values, no database object. Empty `agent_number`: no telephone."""

    user: int
    login: str
    name: str
    role: str
    language: str  # the person's choice, or the account's
    theme: str
    account: int
    account_slug: str
    account_name: str
    accent: str
    time_zone: str
    country: str
    agent: int | None
    agent_number: str
    session: str  # hash of the session's token
    denied: frozenset[str] = frozenset()  # what the profile switches off of what the role may

    # what Flask-Login asks for
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.user)

    def may(self, permission: str) -> bool:
        return may(self.role, permission) and permission not in self.denied


@dataclass(slots=True)
class _Known:
    identity: Identity
    expires_at: int
    checked_at: int
    seen_at: int


class AccountService:
    """`session_ms`: how long a login lasts."""

    def __init__(self, db: Database, clock: Clock, passwords: Passwords, session_ms: int) -> None:
        self._db = db
        self._clock = clock
        self._passwords = passwords
        self._session_ms = session_ms
        self._known: dict[str, _Known] = {}
        self._ended: set[str] = set()  # sessions that ended here: void even before the database knows

    # --- login ---------------------------------------------------------------------------------------------
    def log_in(
        self, slug: str, login: str, password: str, *, address: str = "", browser: str = ""
    ) -> tuple[str, Identity]:
        """The session's token (for the cookie; only its hash is kept) and who it is.

        Raises BadLogin, or DatabaseBusy when nobody can be asked.
        """
        slug, login = slug.strip()[:64], login.strip()[:100]
        # No name has control characters or half a surrogate pair; not every database can be asked for them.
        found = self._db.read(lambda: _find_user(slug, login)) if (slug + login).isprintable() else None
        right = self._passwords.check(found[1] if found else None, password)
        if found is None or not right:
            raise BadLogin(f"refused: account {slug!r}, login {login!r}, address {address}")
        user_id, kept = found
        new_hash = self._passwords.hash(password) if self._passwords.outdated(kept) else None
        token = secrets.token_urlsafe(32)
        now = self._clock.now_ms()
        expires_at = now + self._session_ms

        def begin() -> Identity | None:
            if new_hash is not None:
                User.update(password_hash=new_hash).where(User.id == user_id).execute()
            UserSession.delete().where(
                (UserSession.user == user_id) & (UserSession.expires_at < now)
            ).execute()
            UserSession.create(
                token_hash=hash_of(token),
                user=user_id,
                created_at=now,
                seen_at=now,
                expires_at=expires_at,
                address=address[:64],
                browser=browser[:300],
            )
            return _identity(user_id, hash_of(token))

        identity = self._db.write(begin)
        if identity is None:
            raise BadLogin(f"no longer active: user {user_id}")
        self._remember(identity, expires_at, now)
        log.info("logged in", user=identity.user, account=identity.account_slug, login=identity.login)
        return token, identity

    def log_out(self, identity: Identity) -> None:
        """End this session; it is void at once, even when the database can't be written now."""
        self._ended.add(identity.session)
        self._known.pop(identity.session, None)
        now = self._clock.now_ms()
        self._db.write(
            lambda: (
                UserSession.update(revoked_at=now).where(UserSession.token_hash == identity.session).execute()
            )
        )

    def revoke_all(self, user_id: int) -> int:
        """End all sessions of a person (password changed, left the company); how many there were."""
        for token_hash in [h for h, k in self._known.items() if k.identity.user == user_id]:
            self._ended.add(token_hash)
            self._known.pop(token_hash, None)
        now = self._clock.now_ms()
        ended: int = self._db.write(
            lambda: (
                UserSession.update(revoked_at=now)
                .where((UserSession.user == user_id) & UserSession.revoked_at.is_null())
                .execute()
            )
        )
        return ended

    def ask_again(self) -> None:
        """The configuration changed, perhaps what people may: the database is asked for each at his next click.
        While it is away what was known goes on."""
        for known in self._known.values():
            known.checked_at = -RECHECK_MS

    def forget(self, user: int, ended: bool = False) -> None:
        """Somebody else changed this person: ask the database again; `ended`: the sessions are void at once."""
        for token_hash, known in list(self._known.items()):
            if known.identity.user == user:
                self._known.pop(token_hash, None)
                if ended:
                    self._ended.add(token_hash)

    # --- every request -------------------------------------------------------------------------------------
    def identify(self, token: str) -> Identity | None:
        """Who has this token, or None. A locked database logs nobody out who was known a moment ago."""
        if not token or len(token) > 200:
            return None
        token_hash, now = hash_of(token), self._clock.now_ms()
        if token_hash in self._ended:
            return None
        known = self._known.get(token_hash)
        if known is not None and now >= known.expires_at:
            self._known.pop(token_hash, None)
            return None
        if known is not None and now - known.checked_at < RECHECK_MS:
            return known.identity
        try:
            found = self._db.read(lambda: _session(token_hash, now), timeout=3.0)
        except Unavailable:
            if known is None:
                raise
            known.checked_at = now  # ask again in a minute, not on each request
            return known.identity
        if found is None or token_hash in self._ended:
            self._known.pop(token_hash, None)
            return None
        identity, expires_at, seen_at = found
        self._remember(identity, expires_at, seen_at)
        if now - seen_at > SEEN_EVERY_MS:
            self._note_seen(token_hash, now)
        return identity

    def _note_seen(self, token_hash: str, now: int) -> None:
        try:
            self._db.write(
                lambda: UserSession.update(seen_at=now).where(UserSession.token_hash == token_hash).execute(),
                timeout=1.0,
            )
        except Unavailable:
            log.info("time of last sight not written: the database is busy")

    def _remember(self, identity: Identity, expires_at: int, seen_at: int) -> None:
        if len(self._known) >= MOST_CACHED:
            self._known.clear()
        self._known[identity.session] = _Known(identity, expires_at, self._clock.now_ms(), seen_at)

    # --- choices -------------------------------------------------------------------------------------------
    def choose_language(self, identity: Identity, language: str) -> Identity:
        """Keep the language for this person (BA-02). Raises Invalid for an unknown one."""
        if language not in LANGUAGES:
            raise Invalid(f"language {language!r}", field="language")
        return self._choose(identity, language=language)

    def choose_theme(self, identity: Identity, theme: str) -> Identity:
        """Keep `auto`, `light` or `dark` for this person. Raises Invalid otherwise."""
        if theme not in THEMES:
            raise Invalid(f"theme {theme!r}", field="theme")
        return self._choose(identity, theme=theme)

    def _choose(self, identity: Identity, **values: str) -> Identity:
        self._db.write(lambda: User.update(**values).where(User.id == identity.user).execute())
        changed = replace(identity, **values)  # type: ignore[arg-type]
        for known in self._known.values():
            if known.identity.user == identity.user:
                known.identity = replace(known.identity, **values)  # type: ignore[arg-type]
        return changed


def hash_of(token: str) -> str:
    """What the database keeps of a session's token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# --- SQL: run by the database's threads only ---------------------------------------------------------------
def _find_user(slug: str, login: str) -> tuple[int, str] | None:
    rows = list(
        User.select(User.id, User.login, User.password_hash)
        .join(Account)
        .where(
            fn.LOWER(Account.slug) == slug.lower(),
            # SQLite knows the small letters of ASCII only
            (fn.LOWER(User.login) == login.lower()) | (User.login == login),
            User.active,
        )
        .limit(2)
    )
    # Two people may differ by capitals only; then the capitals count.
    exact = [row for row in rows if row.login == login]
    chosen = exact[0] if exact else rows[0] if len(rows) == 1 else None
    return (chosen.id, chosen.password_hash) if chosen is not None else None


def identity_of(user: int, session: str) -> Identity | None:
    """The person as of now, without a login: for who acts in his name (a key of the API). None: he is deactivated."""
    return _identity(user, session)


def _session(token_hash: str, now: int) -> tuple[Identity, int, int] | None:
    row = UserSession.get_or_none(UserSession.token_hash == token_hash)
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    identity = _identity(row.user_id, token_hash)
    return None if identity is None else (identity, row.expires_at, row.seen_at)


def _identity(user_id: int, token_hash: str) -> Identity | None:
    user = User.select(User, Account).join(Account).where((User.id == user_id) & User.active).get_or_none()
    if user is None:
        return None
    agent = Agent.get_or_none((Agent.user == user_id) & Agent.active)
    profile = Profile.get_or_none(Profile.id == user.profile_id) if user.profile_id else None
    account = user.account
    return Identity(
        user=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        language=user.language or account.language,
        theme=user.theme,
        account=account.id,
        account_slug=account.slug,
        account_name=account.name,
        accent=account.accent,
        time_zone=account.time_zone,
        country=account.country,
        agent=agent.id if agent else None,
        agent_number=agent.number if agent else "",
        session=token_hash,
        denied=frozenset(profile.denied) if profile else frozenset(),
    )
