"""`gantei.evaluate`: what estimates are worth on one's own photographs."""
