"""What AWS's own policies say: whom a resource or key policy lets in, and whom it shuts out."""
