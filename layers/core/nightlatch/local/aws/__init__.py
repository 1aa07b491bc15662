"""AWS on loopback: one corrected, narrated moto server, who calls it, and what it does by itself."""
