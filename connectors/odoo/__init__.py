"""A tenant's Odoo: one way to call it over two protocols, and what a shop needs of it."""
