"""Tables of known ages, sexes and other labels, joined with photographs and their estimates."""
