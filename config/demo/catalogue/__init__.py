"""What the two demo stores sell: plain values, no database."""
