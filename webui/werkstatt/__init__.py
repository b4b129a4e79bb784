"""The studio: process owners change the process here. Blueprints under ``/werkstatt``."""
