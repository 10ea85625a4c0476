"""The built-in mailbox: an SMTP server whose mail is read in the console."""
