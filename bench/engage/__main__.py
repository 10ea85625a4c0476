"""`python -m bench.engage`: see bench/engage/run.py."""

import argparse
from dataclasses import replace

from bench.engage.run import QUICK, ROWS, Sizes, run


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.engage",
        description="Events, profile updates, triggers, audiences and templates a second, on this machine.",
    )
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes, small tables")
    parser.add_argument(
        "--only", default=",".join(ROWS), help=f"only these rows, with commas: {','.join(ROWS)}"
    )
    parser.add_argument("--seconds", type=float, help="how long each load runs")
    parser.add_argument("--profiles", type=int, help="profiles of the audience row")
    parser.add_argument("--events", type=int, help="events of the audience row")
    given = parser.parse_args()
    asked = {"seconds": given.seconds, "profiles": given.profiles, "events": given.events}
    sizes = replace(
        QUICK if given.quick else Sizes(), **{key: value for key, value in asked.items() if value}
    )
    run(sizes, tuple(filter(None, given.only.split(","))))


if __name__ == "__main__":
    main()
