//! Kubernetes objects and AWS facts to the model: pure functions.
