"""QAD Adaptive ERP over REST."""
