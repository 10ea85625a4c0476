"""Media: finished videos and images at their public URL, until their time to live ends."""
