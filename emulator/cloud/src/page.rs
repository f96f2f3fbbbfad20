//! Paging: a token is the key at which the next page begins, so that what is removed between two pages hides nothing else.

/// The page of `items`, which are in the order of `key`, from `token` on and at most `size` long, and the token of the next.
pub(crate) fn page<T>(
    items: Vec<T>,
    key: impl Fn(&T) -> &str,
    token: Option<&str>,
    size: Option<usize>,
) -> (Vec<T>, Option<String>) {
    let start = token.map_or(0, |token| items.partition_point(|item| key(item) < token));
    let end = size.map_or(items.len(), |size| items.len().min(start + size.max(1)));
    let next = items.get(end).map(|item| key(item).to_owned());
    (items.into_iter().skip(start).take(end - start).collect(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_everything_once_even_when_items_vanish_between_them() {
        let (first, next) = page(vec!["a", "b", "c"], |item| item, None, Some(2));
        let (second, end) = page(vec!["b", "c"], |item| item, next.as_deref(), Some(2));
        assert_eq!((first, second, end), (vec!["a", "b"], vec!["c"], None));
    }
}
