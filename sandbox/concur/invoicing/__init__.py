"""Master data for Concur Invoice: vendors, purchase orders, and receipts of goods."""
