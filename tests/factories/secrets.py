"""What people of the tests sign in with; apart from the factories, for processes that run without Django."""

PASSWORD = "correct horse battery staple"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
