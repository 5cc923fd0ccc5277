"""Linear heads on embeddings: fitted, their strength chosen, judged on people held out."""
