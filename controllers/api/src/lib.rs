//! Custom resources, annotation keys and their typed parsing.
