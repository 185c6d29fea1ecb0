"""All tables, for migrations and tests."""

from __future__ import annotations

from fs_app.accounts.model import Account, Profile, User, UserSession
from fs_app.admin.model import AuditEntry
from fs_app.agents.model import Agent, AgentSettings, NotReadyReason, Phone, Seat, Softphone
from fs_app.apikeys.model import ApiKey
from fs_app.audio.model import MusicList, MusicListItem, Sound, SoundFile
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import (
    CallList,
    Characteristic,
    ContactFile,
    ContactFileRow,
    DistributionRule,
    ListAction,
    ListChange,
    ListFilter,
    ListRecord,
    Planner,
    Profiler,
)
from fs_app.calls.model import Call, JournalEntry, Leg, ProjectionMark, Recording
from fs_app.colleagues.model import AgentMessage
from fs_app.contacts.model import (
    Contact,
    ContactField,
    ContactMerge,
    ContactNumber,
    ContactSearch,
    DirectoryEntry,
    DirectoryImport,
    Segment,
)
from fs_app.db import Base
from fs_app.history.model import CallPart
from fs_app.hours.model import Holiday, HolidaySet, Schedule, ScheduleRange
from fs_app.imports.model import ImportChange, ImportJob, ImportMapping
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.legal.model import Consent, LegalRule, OptOutList, OptOutNumber
from fs_app.listwork.model import RecordAttempt
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
from fs_app.privacy.model import AccessLog, LegalHold, PersonJob, PrivacySecret, RetentionRule
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
    ContactField,
    Segment,
    ContactSearch,
    ContactMerge,
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
    LegalRule,
    Consent,
    OptOutList,
    OptOutNumber,
    Phone,
    Seat,
    Softphone,
    ApiKey,
    RecordAttempt,
    RetentionRule,
    AccessLog,
    PersonJob,
    LegalHold,
    PrivacySecret,
    ContactFile,
    ContactFileRow,
    DistributionRule,
    Characteristic,
    Profiler,
    Planner,
    CallList,
    ListRecord,
    ListFilter,
    ListAction,
    ListChange,
    ImportJob,
    ImportChange,
    ImportMapping,
)
