"""JAGGAER Indirect over its XML messages: for customers without the REST interface of JAGGAER ONE."""
