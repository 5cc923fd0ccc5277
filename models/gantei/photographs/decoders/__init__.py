"""Jobs of the helper process that decode with native code; nothing else imports them."""
