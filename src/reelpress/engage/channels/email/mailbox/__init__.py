"""The built-in mailbox: an SMTP server whose mail is read in the console."""

from reelpress.engage.channels.email.mailbox.server import seal_workspace, serve_mailbox

__all__ = ["seal_workspace", "serve_mailbox"]
