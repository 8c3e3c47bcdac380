"""The demo: the real workers against simulated providers, told as a story that ends by itself."""
