"""JAGGAER ONE over its J1P public API."""
