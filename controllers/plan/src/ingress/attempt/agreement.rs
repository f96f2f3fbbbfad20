//! What the members of a group must agree on. The later one is to blame for a contradiction.

use super::{Attempt, Blame};
use crate::PlanError;
use crate::ingress::Portion;
use controllers_api::annotation::INGRESS_PREFIX;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// A wish that nobody contradicts.
pub(crate) struct Wish<'a, T> {
    /// Who wished it first.
    pub(crate) by: usize,
    pub(crate) value: &'a T,
}

const REMEDY: &str = "members of a group share a load balancer: give both the same value, or leave it to one of them";

impl<'a> Attempt<'a> {
    /// The wish of all members that have one.
    pub(super) fn agreed<T: PartialEq + Debug>(
        &self,
        key: &str,
        wish: impl Fn(&'a Portion) -> Option<&'a T>,
    ) -> Result<Option<Wish<'a, T>>, Blame> {
        self.agreed_by(key, wish, T::eq)
    }

    /// The wish of all members that have one, where `same` tells which are the same.
    pub(super) fn agreed_by<T: Debug>(
        &self,
        key: &str,
        wish: impl Fn(&'a Portion) -> Option<&'a T>,
        same: impl Fn(&T, &T) -> bool,
    ) -> Result<Option<Wish<'a, T>>, Blame> {
        let mut agreed: Option<Wish<'a, T>> = None;
        for (by, portion) in self.portions.iter().enumerate() {
            match (&agreed, wish(portion)) {
                (_, None) => {}
                (None, Some(value)) => agreed = Some(Wish { by, value }),
                (Some(first), Some(value)) if same(first.value, value) => {}
                (Some(first), Some(value)) => return Err(self.contradiction(key, first.by, &first.value, by, &value)),
            }
        }
        Ok(agreed)
    }

    /// The values that all members wish for, by key. Keys of `decided` are decided already, so nobody need agree on them.
    pub(super) fn merged<T>(
        &self,
        key: &str,
        wishes: impl Fn(&'a Portion) -> Option<&'a BTreeMap<String, T>>,
        decided: &BTreeMap<String, T>,
    ) -> Result<BTreeMap<String, T>, Blame>
    where
        T: PartialEq + Debug + Clone + 'a,
    {
        let mut merged: BTreeMap<&String, (usize, &T)> = BTreeMap::new();
        for (by, portion) in self.portions.iter().enumerate() {
            for (name, value) in wishes(portion).into_iter().flatten() {
                let (first, before) = *merged.entry(name).or_insert((by, value));
                if before != value && !decided.contains_key(name) {
                    let key = format!("{key}, {name}");
                    return Err(self.contradiction(&key, first, before, by, value));
                }
            }
        }
        let mut all: BTreeMap<_, _> = merged
            .into_iter()
            .map(|(name, (_, value))| (name.clone(), value.clone()))
            .collect();
        all.extend(decided.clone());
        Ok(all)
    }

    /// Two members that contradict each other.
    pub(super) fn contradiction(
        &self,
        key: &str,
        first: usize,
        before: &dyn Debug,
        by: usize,
        value: &dyn Debug,
    ) -> Blame {
        let (own, other) = (self.named(by), self.named(first));
        let error = PlanError::Conflict {
            problem: format!("annotation {INGRESS_PREFIX}{key} of {own}: {value:?} contradicts {before:?} of {other}"),
            remedy: REMEDY.to_owned(),
        };
        self.blame(by, error)
    }
}

/// Whether two lists have the same items, in any order.
pub(super) fn same_items(a: &[String], b: &[String]) -> bool {
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    sorted(a) == sorted(b)
}
