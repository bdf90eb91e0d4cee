"""Each kind of instrument on a number worked by hand."""
