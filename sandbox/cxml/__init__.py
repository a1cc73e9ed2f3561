"""A supplier network that speaks cXML: it takes orders and payment status, and sends what suppliers answer with."""
