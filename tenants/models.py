"""The platform's tables: stores, their hosts, people, and the duties still to be done."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_tenants.models import TenantMixin

from tenants.archive_models import ArchiveKind as ArchiveKind
from tenants.archive_models import ArchiveState as ArchiveState
from tenants.archive_models import DeletionState as DeletionState
from tenants.archive_models import Restoration as Restoration
from tenants.archive_models import RestorationState as RestorationState
from tenants.archive_models import StoreArchive as StoreArchive
from tenants.archive_models import StoreDeletion as StoreDeletion
from tenants.archive_models import StoreKey as StoreKey
from tenants.breach_models import Breach as Breach
from tenants.fleet_models import FleetRun as FleetRun
from tenants.fleet_models import RenderedStep as RenderedStep
from tenants.fleet_models import RunState as RunState
from tenants.fleet_models import StepState as StepState
from tenants.fleet_models import StoreVersion as StoreVersion
from tenants.move_models import MoveState as MoveState
from tenants.move_models import StoreMove as StoreMove
from tenants.pool_models import Blueprint as Blueprint
from tenants.pool_models import SpareSchema as SpareSchema


class StoreState(models.TextChoices):
    """Provisioning moves down the list; ACTIVE and SUSPENDED alternate; CLOSED is the end.

    LEAVING is on the way there: nobody gets in, nothing is gone, and for some weeks it can be undone.
    MOVING waits, unchanged, while it is taken to another deployment's database.
    """

    REQUESTED = "REQUESTED", _("Requested")
    SCHEMA_MADE = "SCHEMA_MADE", _("Schema made")
    MIGRATED = "MIGRATED", _("Tables made")
    PREPARED = "PREPARED", _("Prepared")
    ACTIVE = "ACTIVE", _("Active")
    SUSPENDED = "SUSPENDED", _("Suspended")
    MOVING = "MOVING", _("Moving")
    LEAVING = "LEAVING", _("Being deleted")
    CLOSED = "CLOSED", _("Closed")


MAY_BECOME: dict[str, set[str]] = {
    StoreState.REQUESTED: {StoreState.SCHEMA_MADE, StoreState.CLOSED},
    StoreState.SCHEMA_MADE: {StoreState.MIGRATED, StoreState.CLOSED},
    StoreState.MIGRATED: {StoreState.PREPARED, StoreState.CLOSED},
    StoreState.PREPARED: {StoreState.ACTIVE, StoreState.CLOSED},
    StoreState.ACTIVE: {StoreState.SUSPENDED, StoreState.MOVING, StoreState.LEAVING, StoreState.CLOSED},
    StoreState.SUSPENDED: {StoreState.ACTIVE, StoreState.MOVING, StoreState.LEAVING, StoreState.CLOSED},
    StoreState.MOVING: {StoreState.ACTIVE, StoreState.SUSPENDED, StoreState.LEAVING},
    StoreState.LEAVING: {StoreState.ACTIVE, StoreState.SUSPENDED, StoreState.CLOSED},
    StoreState.CLOSED: set(),
}


class Store(TenantMixin):
    """One seller's shop: the tenant. Its rows live in the schema `schema_name`, which is opaque and final."""

    auto_create_schema = False
    auto_drop_schema = False
    # The class-level list behind `with store:` leaks between threads; in_store() replaces it.
    __enter__ = None
    __exit__ = None

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    schema_name = models.CharField(max_length=63)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=StoreState, default=StoreState.REQUESTED)
    language = models.CharField(max_length=5, default="id")
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    currency = models.CharField(max_length=3, default="IDR")
    # Written by billing only, read through tenants.entitlements.
    entitlements = models.JSONField(default=dict)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    state_changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uid"], name="store_one_uid"),
            models.UniqueConstraint(fields=["schema_name"], name="store_one_schema"),
            models.UniqueConstraint(Lower("slug"), name="store_one_slug"),
            models.CheckConstraint(
                condition=Q(schema_name__regex=r"^s_[a-z2-7]{16}$"), name="store_schema_name_is_opaque"
            ),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9](-?[a-z0-9])*$"), name="store_slug_is_a_label"
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_open(self) -> bool:
        """Whether its hosts answer."""
        return self.state == StoreState.ACTIVE


class HostKind(models.TextChoices):
    DASHBOARD = "DASHBOARD", _("Dashboard")
    STOREFRONT = "STOREFRONT", _("Storefront")


class Hostname(models.Model):
    """A name under which a store answers. Only verified names route; `tenants.hosts` reads them."""

    name = models.CharField(max_length=253)
    kind = models.CharField(max_length=10, choices=HostKind)
    store = models.ForeignKey(Store, models.CASCADE, related_name="hostnames")
    is_primary = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Two stores may claim a domain; only one can prove it.
            models.UniqueConstraint(
                fields=["name"], condition=Q(verified_at__isnull=False), name="hostname_one_verified"
            ),
            models.UniqueConstraint(
                fields=["store", "kind"], condition=Q(is_primary=True), name="hostname_one_primary_per_kind"
            ),
            models.CheckConstraint(condition=Q(name=Lower("name")), name="hostname_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name


class DomainClaim(models.Model):
    """A domain that a seller brought: how it is proven, and what the last look at DNS found.

    Its Hostname routes from the moment the proof is seen. An empty token means that the platform vouches for
    the name: it is neither asked for a proof nor looked at again.
    """

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    hostname = models.OneToOneField(Hostname, models.CASCADE, related_name="claim")
    token = models.CharField(max_length=64, blank=True)
    # What `tenants.domains.doctor` found: codes and facts, put into words when somebody reads them.
    findings = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    # When its records were first seen to lead to us; before that it may not become the main address.
    connected_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_check_at"], name="domain_claim_by_next_check")]

    def __str__(self) -> str:
        return str(self.uid)


class ReleasedDomain(models.Model):
    """A proven domain that stopped routing: until then, no other store may take it."""

    name = models.CharField(max_length=253, unique=True)
    store = models.ForeignKey(Store, models.SET_NULL, null=True, related_name="released_domains")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StaffRole(models.TextChoices):
    """What somebody of the platform's staff looks after; `tenants.console` says what each may do."""

    SUPPORT = "SUPPORT", _("Support")
    FINANCE = "FINANCE", _("Finance")
    ADMIN = "ADMIN", _("Admin")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **more: Any) -> "User":
        user = self.model(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who works with stores or for the platform. Shoppers are `customers.Customer`, never this."""

    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=5, default="id")
    is_active = models.BooleanField(default=True)
    # May open the console; MFA is demanded there.
    is_staff = models.BooleanField(default=False)
    staff_role = models.CharField(
        max_length=7, choices=StaffRole, default=StaffRole.ADMIN, db_default=StaffRole.ADMIN
    )
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], name="user_one_email"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return str(self.uid)

    @property
    def display_name(self) -> str:
        return self.name or self.email.split("@")[0]

    def get_full_name(self) -> str:
        return self.display_name


class Role(models.TextChoices):
    OWNER = "OWNER", _("Owner")
    ADMIN = "ADMIN", _("Admin")
    CATALOGUE = "CATALOGUE", _("Catalogue")
    ORDERS = "ORDERS", _("Orders")
    WAREHOUSE = "WAREHOUSE", _("Warehouse")
    MARKETING = "MARKETING", _("Marketing")
    FINANCE = "FINANCE", _("Finance")
    READ_ONLY = "READ_ONLY", _("Read only")


class Membership(models.Model):
    """A person's role in one store."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    store = models.ForeignKey(Store, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "store"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} in {self.store_id}"


class Invitation(models.Model):
    """An offer to join a store, sent by mail. The token itself is never stored, only its hash."""

    uid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), editable=False, unique=True)
    store = models.ForeignKey(Store, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # When the worker last mailed it; each mail carries a new token and ends the one before.
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "email"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open_per_email",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.store_id}"


class HandoffCode(models.Model):
    """Hands a person who logged in on the platform over to one store's dashboard: once, within a minute.

    Without a store the code leads into the staff console.
    """

    code_hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, models.CASCADE, null=True, related_name="+")
    next_path = models.CharField(max_length=500, default="/")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"user {self.user_id} to store {self.store_id or 'CONSOLE'}"


class PlatformAct(models.Model):
    """One line of the platform's audit log: what was done to a store, its team or its plan, by whom, and why.

    What happens inside a store is in the store's own log; this one stays when a store is gone.
    """

    at = models.DateTimeField()
    store = models.ForeignKey(Store, models.SET_NULL, null=True, related_name="acts")
    store_slug = models.CharField(max_length=40, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(max_length=80, blank=True)
    action = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["store", "-at"], name="platform_act_by_store")]

    def __str__(self) -> str:
        return f"{self.action} {self.store_slug}"


class ExternalAccount(models.Model):
    """Which store a provider's account id belongs to, so that an inbound message finds its store."""

    provider = models.CharField(max_length=30)
    external_id = models.CharField(max_length=120)
    store = models.ForeignKey(Store, models.CASCADE, related_name="external_accounts")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "external_id"], name="external_account_one_store"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"


class JobState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    CANCELLED = "CANCELLED", _("Cancelled")
    DEAD = "DEAD", _("Failed")


class Job(models.Model):
    """One duty. The row is the record; Redis only rings the bell."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, models.CASCADE, null=True, related_name="jobs")
    kind = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=200, null=True)
    state = models.CharField(max_length=9, choices=JobState, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    # For long work that a person watches: how far, of how much, what is being done.
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_note = models.CharField(max_length=120, blank=True)
    cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(state__in=["WAITING", "RUNNING"]),
                name="job_one_open_per_dedupe_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(state__in=["WAITING", "RUNNING"]), name="job_open_by_time"
            ),
            models.Index(fields=["store", "-created_at"], name="job_by_store"),
            models.Index(fields=["kind"], condition=Q(state="DEAD"), name="job_dead_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
