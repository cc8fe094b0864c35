"""Array kernels: numpy in, numpy out; no tables, no files, no CRS."""
