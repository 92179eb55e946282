"""What is found out about a mail or a web form before anybody has read it."""
