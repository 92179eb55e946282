"""A demo town filled with believable traffic, through the real pipeline and with a clock of its own."""
