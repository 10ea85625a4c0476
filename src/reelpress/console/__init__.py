"""The pages a person works with; they call the same services as the API."""
