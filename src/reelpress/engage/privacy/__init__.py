"""People who are to be forgotten: deletion after a buffer, and erasure under GDPR and CCPA."""
