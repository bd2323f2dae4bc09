"""OpenStreetMap: features and their tags in, our fields out, or the reason why not. Pure."""
