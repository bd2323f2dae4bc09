"""A client that books evenly: `python -m bench.message_client PORT`, with a list of wishes as JSON on its input."""

import json
import sys
import time

from tests.asking import call

EVERY_SECONDS = 0.25


def main() -> None:
    port, times, due = int(sys.argv[1]), list[float](), time.monotonic()
    for wish in json.load(sys.stdin):
        time.sleep(max(0.0, due - time.monotonic()))
        due += EVERY_SECONDS
        begun = time.monotonic()
        answer = call(port, "POST", "/api/v1/bookings", wish)
        assert answer.status == 201, answer.text
        times.append((time.monotonic() - begun) * 1000)
    print(json.dumps(times))


if __name__ == "__main__":
    main()
