"""Media campaigns: the template, its configuration and its immutable published versions."""
