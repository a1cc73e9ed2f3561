"""SAP Concur: financial documents out of it, vendors, lists, orders, receipts and payments into it."""
