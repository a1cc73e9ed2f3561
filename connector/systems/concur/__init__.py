"""SAP Concur."""
