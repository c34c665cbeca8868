"""What opens the door. Which tickets an order has is the order's own affair."""
