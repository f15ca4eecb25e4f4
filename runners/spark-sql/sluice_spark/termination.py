"""The last words of a container, which Kubernetes keeps in the pod's status when the container ends."""

import os

#: The default of a container's terminationMessagePath; the kubelet puts the file there.
DEFAULT_PATH = "/dev/termination-log"
#: What the kubelet keeps of it.
_max_bytes = 4096


def write_termination_message(message: str, path: str = DEFAULT_PATH) -> None:
    """Does nothing outside a container, where there is no such file."""
    if not os.access(path, os.W_OK):
        return
    with open(path, "wb") as file:
        file.write(message.encode()[:_max_bytes])
