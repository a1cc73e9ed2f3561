"""What a customer set up, bound to a master key, so that a change behind the product's back is found."""
