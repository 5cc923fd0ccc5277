"""What a downloaded file can be: each form is opened as data, within bounds."""
