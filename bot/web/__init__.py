"""What both doors share: default deny, headers, origin check, tokens, serving. No page and no route lives here."""
