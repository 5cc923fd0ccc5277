"""`gantei impute`: missing sexes, as probabilities and as sets for Rubin's rules."""
