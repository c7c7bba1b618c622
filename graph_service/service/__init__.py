"""The service without HTTP: everything that can be asked of one snapshot."""
