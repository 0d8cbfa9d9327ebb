"""What integrations change."""

from core.integrations.services.keys import actor_for, create_key, forget_answers, revoke_key

__all__ = ["actor_for", "create_key", "forget_answers", "revoke_key"]
