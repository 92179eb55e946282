"""What is learnt from contacts: figures, findings, topics, lessons and samples."""
