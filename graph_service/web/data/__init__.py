"""Linked data for programs: files, descriptions, link sets."""
