"""The vault: the one place where a secret's value exists in nightlatch, and only while it is put away or taken out."""
