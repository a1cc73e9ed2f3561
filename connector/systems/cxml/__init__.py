"""cXML 1.2: orders to suppliers, and their confirmations, ship notices and invoices, over a supplier network."""
