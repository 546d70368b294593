"""Documents between organisations: edXML packages (QCVN 102:2016) written, read, sent and received."""
