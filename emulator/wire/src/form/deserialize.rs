//! A serde Deserializer over the tree. Scalars are text; what a struct asks for decides how it is read.

use super::Node;
use cloud::ApiError;
use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use std::fmt::Display;

/// Why a form is not an input.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    /// A member of a struct is not there.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// A value is not of its type.
    #[error("{0}")]
    Malformed(String),
}

impl de::Error for FormError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Malformed(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

impl From<FormError> for ApiError {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Missing(parameter) => Self::missing(parameter),
            FormError::Malformed(message) => Self::new("ValidationError", message),
        }
    }
}

/// A node and the name it goes by in messages.
#[derive(Clone, Copy)]
pub(super) struct Value<'n, 'a> {
    name: &'n str,
    node: &'n Node<'a>,
}

impl<'n, 'a> Value<'n, 'a> {
    /// The whole form.
    pub(super) fn root(node: &'n Node<'a>) -> Self {
        Self { name: "request", node }
    }

    fn text(self) -> Result<&'n str, FormError> {
        let missing = || FormError::Malformed(format!("{} must have a value", self.name));
        self.node.value.as_deref().ok_or_else(missing)
    }

    fn parse<T: std::str::FromStr>(self, kind: &str) -> Result<T, FormError> {
        let text = self.text()?;
        text.parse()
            .map_err(|_| FormError::Malformed(format!("{} must be {kind}, not '{text}'", self.name)))
    }

    /// Entries of a list by number. An empty parameter is an empty list.
    fn entries(self) -> Result<Vec<(u32, Self)>, FormError> {
        let list = self.node.child("member").unwrap_or(self.node);
        let mut entries = list
            .children
            .iter()
            .map(|(number, node)| {
                let index = number.parse().map_err(|_| {
                    FormError::Malformed(format!("{} is a list; '{number}' does not number an entry", self.name))
                })?;
                Ok((index, Self { name: self.name, node }))
            })
            .collect::<Result<Vec<_>, FormError>>()?;
        entries.sort_by_key(|(index, _)| *index);
        Ok(entries)
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
            visitor.$visit(self.parse("a number")?)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Value<'_, '_> {
    type Error = FormError;

    numbers! {
        deserialize_i8 visit_i8, deserialize_i16 visit_i16, deserialize_i32 visit_i32, deserialize_i64 visit_i64,
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64,
        deserialize_f32 visit_f32, deserialize_f64 visit_f64,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        // Some SDKs of AWS write booleans as Python does.
        match self.text()? {
            "true" | "True" => visitor.visit_bool(true),
            "false" | "False" => visitor.visit_bool(false),
            text => Err(FormError::Malformed(format!(
                "{} must be true or false, not '{text}'",
                self.name
            ))),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_seq(Entries(self.entries()?.into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        let entries = self
            .node
            .child("entry")
            .map_or(Ok(Vec::new()), |node| Self { name: self.name, node }.entries());
        visitor.visit_map(Pairs {
            rest: entries?.into_iter(),
            value: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FormError> {
        visitor.visit_map(Members {
            rest: self.node.children.iter(),
            value: None,
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FormError> {
        visitor.visit_enum(self.text()?.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FormError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

struct Entries<'n, 'a>(std::vec::IntoIter<(u32, Value<'n, 'a>)>);

impl<'de> SeqAccess<'de> for Entries<'_, '_> {
    type Error = FormError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, FormError> {
        self.0.next().map(|(_, value)| seed.deserialize(value)).transpose()
    }
}

/// The entries of a map: `entry.1.key`, `entry.1.value`.
struct Pairs<'n, 'a> {
    rest: std::vec::IntoIter<(u32, Value<'n, 'a>)>,
    value: Option<Value<'n, 'a>>,
}

impl<'de> MapAccess<'de> for Pairs<'_, '_> {
    type Error = FormError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FormError> {
        let Some((_, Value { name, node })) = self.rest.next() else {
            return Ok(None);
        };
        let part = |part: &'static str| {
            let missing = || FormError::Malformed(format!("an entry of {name} must have key and value"));
            node.child(part)
                .map(|node| Value { name: part, node })
                .ok_or_else(missing)
        };
        self.value = Some(part("value")?);
        seed.deserialize(part("key")?).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, FormError> {
        let missing = || FormError::Malformed("value without key".to_owned());
        seed.deserialize(self.value.take().ok_or_else(missing)?)
    }
}

struct Members<'n, 'a> {
    rest: std::slice::Iter<'n, (std::borrow::Cow<'a, str>, Node<'a>)>,
    value: Option<Value<'n, 'a>>,
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = FormError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FormError> {
        let Some((name, node)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(Value { name, node });
        seed.deserialize(name.as_ref().into_deserializer()).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, FormError> {
        let value = self
            .value
            .take()
            .ok_or_else(|| FormError::Malformed("value without name".to_owned()))?;
        seed.deserialize(value)
    }
}
