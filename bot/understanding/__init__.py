"""How well messages are understood: labelled examples, measures, and the trained model that is measured."""
