"""QAD Enterprise Edition: the same company as ``sandbox.qad``, behind QXtend (SOAP in, SOAP out)."""
