"""A browser as far as the console's security looks at one: an address, headers, cookies, forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from werkzeug.test import Client, TestResponse

from nightlatch.console.app import console_app
from nightlatch.console.desk import Desk
from nightlatch.console.door import Door
from nightlatch.console.server import below
from nightlatch.domain.event.principals import Principal
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import Where

ADDRESS = "http://127.0.0.1:8421"
_FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@dataclass
class Visitor:
    """One browser at one console."""

    door: Door
    desk: Desk
    client: Client
    origin: str = ADDRESS
    base: str = ADDRESS
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page below the console's place."""
        return self.client.get(
            f"{self.door.place}{path}", base_url=self.base, headers=self.headers, buffered=True, **options
        )

    def page(self, path: str) -> str:
        """Open a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, fields: dict[str, str]) -> TestResponse:
        """Send a form."""
        headers = {"Origin": self.origin, **self.headers}
        return self.client.post(f"{self.door.place}{path}", base_url=self.base, data=fields, headers=headers)

    def come_in(self) -> TestResponse:
        """Open the link that was printed."""
        return self.client.get(self.door.link, base_url=self.base)


def a_visitor(connection: Connection, who: Principal) -> Visitor:
    """Start a console and give a browser that has not come in yet."""
    desk = Desk(connection=connection, where=Where(), who=who, look_every_s=0.001)
    door = Door()
    return Visitor(door=door, desk=desk, client=Client(below(console_app(desk, door), door)))


def form_on(page: str, action: str) -> dict[str, str]:
    """Give the hidden fields of the form that is sent to an address."""
    start = page.index(f'action="{action}"')
    return {
        unescape(name): unescape(value) for name, value in _FIELD.findall(page[start : page.index("</form>", start)])
    }
