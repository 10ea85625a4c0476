"""What the APIs under /v5 share: who may call, the envelope of answers, the shape of faults."""
