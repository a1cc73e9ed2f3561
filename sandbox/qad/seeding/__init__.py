"""Plausible documents from a seed: suppliers, accounts, orders, receipts, invoices and payments that fit together."""
