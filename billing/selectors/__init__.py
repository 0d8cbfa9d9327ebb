"""Every question about the platform's money and its stores."""

from billing.selectors.store_list import ENDING_SOON as ENDING_SOON
from billing.selectors.store_list import VIEWS as VIEWS
from billing.selectors.store_list import StoreCard as StoreCard
from billing.selectors.store_list import Use as Use
from billing.selectors.store_list import act_page as act_page
from billing.selectors.store_list import cards as cards
from billing.selectors.store_list import hostnames as hostnames
from billing.selectors.store_list import members as members
from billing.selectors.store_list import offered_plans as offered_plans
from billing.selectors.store_list import store_by_slug as store_by_slug
from billing.selectors.store_list import store_page as store_page
from billing.selectors.store_list import stores as stores
from billing.selectors.store_list import subscription_of as subscription_of
from billing.selectors.store_list import troubles as troubles
from billing.selectors.store_list import view_counts as view_counts
