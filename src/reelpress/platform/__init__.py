"""What both halves stand on: no business words."""
