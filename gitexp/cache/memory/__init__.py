"""The hash memo: which files need not be read again."""
