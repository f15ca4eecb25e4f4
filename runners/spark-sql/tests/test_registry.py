import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

from sluice_spark.errors import QueryError
from sluice_spark.registry import Registry


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, object] = {
        "/subjects/shop.orders%2Fa-value/versions?deleted=true": [1, 3],
        "/subjects/shop.orders%2Fa-value/versions/1?deleted=true": {"id": 7, "schema": '"int"'},
        "/subjects/shop.orders%2Fa-value/versions/3?deleted=true": {"id": 9, "schema": '"long"'},
    }

    def do_GET(self):
        self._answer(self.answers.get(self.path))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer({"id": 9} if body == {"schema": '"long"'} else None)

    def _answer(self, found: object) -> None:
        text = json.dumps(found if found is not None else {"error_code": 40403, "message": "Schema not found"}).encode()
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class TheRegistry(unittest.TestCase):
    def setUp(self):
        self.server = HTTPServer(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.registry = Registry(f"http://127.0.0.1:{self.server.server_port}/")

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def test_tells_every_schema_of_a_subject_by_its_id(self):
        self.assertEqual(self.registry.schemas_by_id("shop.orders/a-value"), {7: '"int"', 9: '"long"'})

    def test_tells_the_id_of_a_schema_and_registers_none(self):
        self.assertEqual(self.registry.id_of("shop.orders-value", '"long"'), 9)
        with self.assertRaisesRegex(QueryError, "answers 404 .*Schema not found"):
            self.registry.id_of("shop.orders-value", '"string"')

    def test_that_is_away_is_named_with_its_address(self):
        with self.assertRaisesRegex(QueryError, "http://127.0.0.1:1 cannot be reached"):
            Registry("http://127.0.0.1:1").schemas_by_id("a")


if __name__ == "__main__":
    unittest.main()
