"""E-mail: content, message building, SMTP delivery, and the built-in mailbox."""
