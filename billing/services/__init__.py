"""Every verb of the platform's money, by what it is about."""

from billing.services.fees import count as count_fee  # noqa: F401
from billing.services.plans import PlanRefused as PlanRefused
from billing.services.plans import change_plan as change_plan
from billing.services.plans import extend_trial as extend_trial
from billing.services.plans import load_plans as load_plans
from billing.services.plans import start_trial as start_trial
from billing.services.usage import count_use as count_use
