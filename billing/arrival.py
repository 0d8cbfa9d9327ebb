"""What billing takes along of a store that moves to another deployment."""

from billing.services import moving
from tenants.moving import belongings

belongings.also("subscription", moving.tell, moving.bring)
