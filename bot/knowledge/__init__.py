"""What the town knows: its articles, how they are found, and what is quoted of them."""
