"""A simulator of QAD Adaptive ERP's REST interface."""
