//! A form as a tree.

use std::borrow::Cow;

/// A parameter or a level of its name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Node<'a> {
    /// What it is set to; absent on inner levels.
    pub value: Option<Cow<'a, str>>,
    /// What is below it, in the order of first appearance.
    pub children: Vec<(Cow<'a, str>, Node<'a>)>,
}

impl<'a> Node<'a> {
    /// The child of a name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, child)| child)
    }

    /// The text of a top-level parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.child(name).and_then(|child| child.value.as_deref())
    }

    fn entry(&mut self, name: Cow<'a, str>) -> &mut Self {
        let at = self
            .children
            .iter()
            .position(|(key, _)| *key == name)
            .unwrap_or_else(|| {
                self.children.push((name, Self::default()));
                self.children.len() - 1
            });
        &mut self.children[at].1
    }

    fn insert(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        let node = match name {
            Cow::Borrowed(name) => name.split('.').fold(self, |node, part| node.entry(Cow::Borrowed(part))),
            Cow::Owned(name) => name
                .split('.')
                .fold(self, |node, part| node.entry(Cow::Owned(part.to_owned()))),
        };
        node.value = Some(value);
    }
}

/// Parses a form.
pub fn parse(form: &[u8]) -> Node<'_> {
    let mut root = Node::default();
    for (name, value) in form_urlencoded::parse(form) {
        root.insert(name, value);
    }
    root
}
