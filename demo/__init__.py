"""The demonstration: real models made on this machine and the programme played with them."""
