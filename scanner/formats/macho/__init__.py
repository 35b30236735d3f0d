"""Files of programs in the format of Apple (Mach-O), and who signed them."""
