"""Work outside requests: the worker process, and what it does every so often. It knows no feature."""

import threading

# Set when the worker was asked to stop: long work looks at it between two steps.
stopping = threading.Event()
