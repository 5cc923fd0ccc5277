"""PyTorch networks that gantei knows: found out from a state dict's names and shapes, and built."""
