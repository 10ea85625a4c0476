"""Studio makes media and answers Whilter's published API."""
