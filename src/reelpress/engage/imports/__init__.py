"""Files of customers and events that are fetched by URL and taken in row by row."""
