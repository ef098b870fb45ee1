"""The wire families: shape lives here, meaning in the nouns."""
