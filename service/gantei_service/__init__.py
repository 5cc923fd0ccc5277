"""What listens on a port."""

import os

# FastAPI imports OpenTelemetry, which cannot be imported where this names what is not installed.
# Nothing here is propagated.
os.environ.pop("OTEL_PROPAGATORS", None)
