"""The resources of essensys Operate that are simulated, one module for each section."""
