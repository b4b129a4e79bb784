"""The screens. Views translate HTTP: read the request, call one command or query, answer. Nothing is decided here."""
