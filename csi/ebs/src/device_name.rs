//! Names of devices of an instance. The kernel of a Nitro instance gives others; EC2 wants one all the same.

use std::collections::BTreeSet;

/// All names that a volume can have, in the order in which they are given.
pub fn all() -> impl Iterator<Item = String> {
    let letters =
        |first: char, last: char, prefix: &'static str| (first..=last).map(move |c| format!("/dev/{prefix}{c}"));
    letters('a', 'z', "xvda")
        .chain(letters('a', 'z', "xvdb"))
        .chain(letters('a', 'x', "xvdd"))
        .chain(letters('b', 'z', "xvd"))
        .chain(letters('b', 'z', "sd"))
        .chain(std::iter::once("/dev/sda2".to_owned()))
}

/// The first name that is not in use; one that EC2 has refused lately only when there is no other.
#[must_use]
pub fn choose(in_use: &BTreeSet<String>, refused: &BTreeSet<String>) -> Option<String> {
    let free = || all().filter(|name| !in_use.contains(name));
    free().find(|name| !refused.contains(name)).or_else(|| free().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_in_their_order() {
        let names: Vec<_> = all().collect();
        assert_eq!(names.len(), 127);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 127);
        let at = [0, 25, 26, 51, 52, 75, 76, 100, 101, 125, 126].map(|at| names[at].as_str());
        assert_eq!(
            at,
            [
                "/dev/xvdaa",
                "/dev/xvdaz",
                "/dev/xvdba",
                "/dev/xvdbz",
                "/dev/xvdda",
                "/dev/xvddx",
                "/dev/xvdb",
                "/dev/xvdz",
                "/dev/sdb",
                "/dev/sdz",
                "/dev/sda2"
            ]
        );
    }

    proptest! {
        #[test]
        fn a_name_in_use_is_never_given(in_use in prop::collection::btree_set(0..127_usize, 0..127), refused in prop::collection::btree_set(0..127_usize, 0..127)) {
            let names: Vec<_> = all().collect();
            let set = |places: &BTreeSet<usize>| places.iter().map(|at| names[*at].clone()).collect::<BTreeSet<_>>();
            let (busy, bad) = (set(&in_use), set(&refused));
            match choose(&busy, &bad) {
                None => prop_assert_eq!(busy.len(), 127),
                Some(name) => {
                    prop_assert!(!busy.contains(&name));
                    prop_assert!(!bad.contains(&name) || busy.union(&bad).count() == 127);
                }
            }
        }
    }
}
