//! Observe AWS by tags, diff against the model, apply the changes in order.
