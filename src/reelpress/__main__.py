"""`python -m reelpress`. Imports nothing at the top: child processes read this module as well."""

if __name__ == "__main__":
    from reelpress.cli import main

    main()
