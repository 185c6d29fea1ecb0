"""All tables, for migrations and tests."""

from __future__ import annotations

from fs_app.accounts.model import Account, Profile, User, UserSession
from fs_app.admin.model import AuditEntry
from fs_app.agents.model import Agent, AgentSettings, NotReadyReason, Phone, Seat, Softphone
from fs_app.audio.model import MusicList, MusicListItem, Sound, SoundFile
from fs_app.callbacks.model import Callback
from fs_app.calls.model import Call, JournalEntry, Leg, ProjectionMark, Recording
from fs_app.colleagues.model import AgentMessage
from fs_app.contacts.model import Contact, ContactNumber, DirectoryEntry, DirectoryImport
from fs_app.db import Base
from fs_app.history.model import CallPart
from fs_app.hours.model import Holiday, HolidaySet, Schedule, ScheduleRange
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.messaging.model import (
    Message,
    MessageProvider,
    MessageSettings,
    MessageTemplate,
    MessageText,
    QueueMessage,
)
from fs_app.outbound.model import RetryRule
from fs_app.outgoing.model import DncEntry, OutgoingSettings
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue, QueueMember
from fs_app.recordings.model import KeptDisposition
from fs_app.routing.model import AgentSkill, QueueSkill, Skill, SkillRelaxation
from fs_app.supervision.model import Display, SupervisedQueue
from fs_app.surveys.model import SurveyAnswer
from fs_app.voicemail.model import Voicemail, VoicemailBox

TABLES: tuple[type[Base], ...] = (
    Account,
    Profile,
    User,
    UserSession,
    Agent,
    AgentSettings,
    NotReadyReason,
    DispositionSet,
    Disposition,
    Schedule,
    ScheduleRange,
    HolidaySet,
    Holiday,
    Flow,
    FlowVersion,
    Queue,
    QueueMember,
    Did,
    Contact,
    ContactNumber,
    Call,
    Leg,
    Recording,
    JournalEntry,
    ProjectionMark,
    Callback,
    RetryRule,
    AuditEntry,
    Skill,
    AgentSkill,
    QueueSkill,
    SkillRelaxation,
    SupervisedQueue,
    Display,
    KeptDisposition,
    VoicemailBox,
    Voicemail,
    SurveyAnswer,
    MessageProvider,
    MessageTemplate,
    MessageText,
    QueueMessage,
    MessageSettings,
    Message,
    Sound,
    SoundFile,
    MusicList,
    MusicListItem,
    CallPart,
    AgentMessage,
    DirectoryImport,
    DirectoryEntry,
    OutgoingSettings,
    DncEntry,
    Phone,
    Seat,
    Softphone,
)
