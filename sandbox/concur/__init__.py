"""SAP Concur as integrations see it: tokens, Financial Integration v4, invoice master data, lists, events."""
