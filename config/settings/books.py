"""The platform's own money: who charges sellers, who invoices them, and what is counted of each store."""

import os

# The platform's own account, which charges sellers' cards. Without a key no cards are taken.
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
# Who issues the platform's own invoices, as they are printed, and where stores may transfer to.
PLATFORM_SELLER = {
    "name": os.environ.get("PLATFORM_LEGAL_NAME") or os.environ.get("BRAND_NAME", "SmartSeller"),
    "npwp": os.environ.get("PLATFORM_NPWP", ""),
    "address": os.environ.get("PLATFORM_ADDRESS", ""),
    "email": os.environ.get("PLATFORM_BILLING_EMAIL", ""),
}
# "BCA 1234567890 PT Smart Seller; Mandiri ..."
PLATFORM_BANK_ACCOUNTS = [
    each.strip() for each in os.environ.get("PLATFORM_BANK_ACCOUNTS", "").split(";") if each.strip()
]
# The platform's own account at Midtrans, for invoices paid without a card. Without a key, by transfer alone.
MIDTRANS_PLATFORM_SERVER_KEY = os.environ.get("MIDTRANS_PLATFORM_SERVER_KEY", "")
MIDTRANS_PLATFORM_SIGNATURE_KEY = os.environ.get("MIDTRANS_PLATFORM_SIGNATURE_KEY", "")
MIDTRANS_PLATFORM_LIVE = os.environ.get("MIDTRANS_PLATFORM_LIVE", "") == "1"

# What is counted of each store, by functions that the rooms offer: for its owner's meters and notices.
STORE_USE = {
    "products": "core.catalog.selectors.products_used",
    "storage_bytes": "core.catalog.selectors.storage_used",
    "staff": "tenants.team.count_staff",
    "locations": "core.inventory.selectors.locations_used",
    "orders_this_month": "core.analytics.selectors.sales.orders_this_month",
}

# How far a store has come, and what it uses: for the platform's figures.
STORE_MILESTONES = "core.analytics.selectors.growth.milestones"
STORE_FEATURES = [
    "core.analytics.selectors.growth.features_in_use",
    "core.integrations.selectors.features_in_use",
]

# Told of each new store with who opened it, and through whose link they came: the cookie of that name.
SIGNED_UP = "billing.services.partnering.came"
REFERRAL_COOKIE = "ref"

# The question to a person on the dashboard's first page, made from the request; None when there is none.
HOME_SURVEY = "billing.account.survey.card"
