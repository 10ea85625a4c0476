"""Films: stretches of templates that we do not draw and that never change, drawn once by melt and kept."""
