"""`python -m reelpress`."""

from reelpress.cli import main

if __name__ == "__main__":
    main()
