"""What the town learns from its contacts: figures without a word that anybody wrote."""
