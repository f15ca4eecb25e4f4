"""The schema registry, by Confluent's API: which schema an id in a record means, and which id a schema has."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from .errors import QueryError

_timeout_s = 30


class Registry:
    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def schemas_by_id(self, subject: str) -> dict[int, str]:
        """All that writers of the subject may have written with, deleted versions too. Raises QueryError."""
        path = f"/subjects/{_quoted(subject)}/versions"
        found = {}
        for version in self._request(f"{path}?deleted=true"):
            answer = self._request(f"{path}/{version}?deleted=true")
            found[int(answer["id"])] = answer["schema"]
        return found

    def id_of(self, subject: str, schema: str) -> int:
        """Of a schema that is registered: nothing is registered from here. Raises QueryError."""
        return int(self._request(f"/subjects/{_quoted(subject)}", {"schema": schema})["id"])

    def _request(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(self._url + path)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        try:
            with urllib.request.urlopen(request, timeout=_timeout_s) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            told = error.read().decode(errors="replace")[:300]
            raise QueryError(f"the registry answers {error.code} to {self._url}{path}: {told}") from error
        except OSError as error:
            raise QueryError(f"the registry at {self._url} cannot be reached: {error}") from error


def _quoted(subject: str) -> str:
    return urllib.parse.quote(subject, safe="")
