"""`exp log`: experiments as a history, one of them whole, failed ones, what they ran in."""
