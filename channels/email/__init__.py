"""E-mail: the town's mailboxes, read by IMAP; what is answered goes out by SMTP."""
