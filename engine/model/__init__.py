"""What every layer shares: frozen data, errors, calendar arithmetic. Imports no framework."""
