"""OpenStreetMap data: turns features and their tags into our fields, or says why not. Pure."""
