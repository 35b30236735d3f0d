"""Ordinary iPhones that resemble a tampered one, and tampered ones among them."""
