"""`gantei adapt --whole-network`: all layers of a network, trained on one's own people."""
