"""What all tests in a browser share: an assertion about a page waits for it as long as everything else does (tests/e2e/served.py)."""

from playwright.sync_api import expect
from tests.e2e.served import LONGEST

expect.set_options(timeout=LONGEST * 1000)
