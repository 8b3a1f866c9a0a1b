"""The demo: a practice that does not exist, its web site, its mailbox."""
