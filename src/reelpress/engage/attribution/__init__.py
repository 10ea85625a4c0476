"""Where installs of an app came from, as attribution partners report them."""
