"""How money and time work: no HTTP here, only objects that change."""
