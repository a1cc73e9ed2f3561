"""A simulator of JAGGAER Indirect's XML messages, over the tenant that the simulator of JAGGAER ONE has."""
