"""All that can be asked of one snapshot, without HTTP."""
