"""What customers did, as the Data API reports it."""
