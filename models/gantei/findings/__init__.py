"""What is wrong or odd, as a code with values; how it is said in each language stands in a file."""
