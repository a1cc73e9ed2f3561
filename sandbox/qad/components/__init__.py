"""Coded business components: records read and saved under ``api/erp``, with QAD's envelopes and complaints."""
