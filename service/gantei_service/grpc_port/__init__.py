"""The port of gRPC: HTTP/2 in front, and behind it the same guard, estimators and workers."""
