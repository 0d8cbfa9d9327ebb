"""Every question about the platform's money and its stores."""

from billing.selectors.stores import ENDING_SOON as ENDING_SOON
from billing.selectors.stores import VIEWS as VIEWS
from billing.selectors.stores import StoreCard as StoreCard
from billing.selectors.stores import Use as Use
from billing.selectors.stores import act_page as act_page
from billing.selectors.stores import cards as cards
from billing.selectors.stores import hostnames as hostnames
from billing.selectors.stores import members as members
from billing.selectors.stores import offered_plans as offered_plans
from billing.selectors.stores import store_by_slug as store_by_slug
from billing.selectors.stores import store_page as store_page
from billing.selectors.stores import stores as stores
from billing.selectors.stores import subscription_of as subscription_of
from billing.selectors.stores import troubles as troubles
from billing.selectors.stores import view_counts as view_counts
