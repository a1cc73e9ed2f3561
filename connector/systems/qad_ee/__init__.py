"""QAD Enterprise Edition over QXtend: QDocs in SOAP envelopes, and what its outbound engine pushes."""
