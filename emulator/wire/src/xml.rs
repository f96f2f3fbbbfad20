//! A serde Serializer to the XML of the query protocols: a field is an element, an absent one is none, a list repeats its
//! entry's element, a map has an `entry` for each `key` and `value`.

use serde::ser::{self, Impossible, Serialize};
use std::fmt::{Display, Write};

/// A type that these protocols have no form for.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct XmlError(String);

impl ser::Error for XmlError {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Appends `value` to `out`, as the content of an element that the caller writes.
///
/// # Errors
/// When the value holds a type that the protocols cannot carry, such as a tuple.
pub fn write<T: Serialize>(out: &mut String, entry: &'static str, value: &T) -> Result<(), XmlError> {
    value.serialize(Element { out, tag: None, entry })
}

/// Appends text with XML's special characters escaped.
pub fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no form for other control characters, not even escaped.
            control if control < ' ' && !matches!(control, '\t' | '\n' | '\r') => out.push('\u{fffd}'),
            '\r' => out.push_str("&#xD;"),
            plain => out.push(plain),
        }
    }
}

/// Where a value is written: an element of a name, or the content of one that is open already.
struct Element<'o> {
    out: &'o mut String,
    tag: Option<&'static str>,
    entry: &'static str,
}

/// An element that is open.
struct Open<'o>(Element<'o>);

impl<'o> Element<'o> {
    fn open(self) -> Open<'o> {
        if let Some(tag) = self.tag {
            self.out.push('<');
            self.out.push_str(tag);
            self.out.push('>');
        }
        Open(self)
    }

    fn display(self, value: impl Display) -> Result<(), XmlError> {
        let open = self.open();
        write!(open.0.out, "{value}").map_err(ser::Error::custom)?;
        open.close();
        Ok(())
    }

    fn unsupported<T>(&self, what: &str) -> Result<T, XmlError> {
        Err(XmlError(format!(
            "{}: {what} has no form in XML",
            self.tag.unwrap_or("output")
        )))
    }
}

impl Open<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, tag: &'static str, value: &T) -> Result<(), XmlError> {
        value.serialize(Element {
            out: self.0.out,
            tag: Some(tag),
            entry: self.0.entry,
        })
    }

    fn close(self) {
        if let Some(tag) = self.0.tag {
            self.0.out.push_str("</");
            self.0.out.push_str(tag);
            self.0.out.push('>');
        }
    }
}

macro_rules! scalars {
    ($($method:ident $kind:ty,)*) => {
        $(fn $method(self, value: $kind) -> Result<(), XmlError> {
            self.display(value)
        })*
    };
}

impl<'o> ser::Serializer for Element<'o> {
    type Ok = ();
    type Error = XmlError;
    type SerializeSeq = Open<'o>;
    type SerializeStruct = Open<'o>;
    type SerializeTuple = Impossible<(), XmlError>;
    type SerializeTupleStruct = Impossible<(), XmlError>;
    type SerializeTupleVariant = Impossible<(), XmlError>;
    type SerializeMap = Open<'o>;
    type SerializeStructVariant = Impossible<(), XmlError>;

    scalars! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_f32 f32, serialize_f64 f64,
    }

    fn serialize_char(self, value: char) -> Result<(), XmlError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), XmlError> {
        let open = self.open();
        escape(open.0.out, value);
        open.close();
        Ok(())
    }

    fn serialize_none(self) -> Result<(), XmlError> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), XmlError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), XmlError> {
        self.display("")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), XmlError> {
        self.display("")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), XmlError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), XmlError> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'o>, XmlError> {
        Ok(self.open())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'o>, XmlError> {
        Ok(self.open())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), XmlError> {
        self.unsupported("bytes")
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), XmlError> {
        self.unsupported("a variant with content")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, XmlError> {
        self.unsupported("a tuple")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, XmlError> {
        self.unsupported("a tuple")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, XmlError> {
        self.unsupported("a tuple")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'o>, XmlError> {
        Ok(self.open())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, XmlError> {
        self.unsupported("a variant with content")
    }
}

impl ser::SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = XmlError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), XmlError> {
        self.field(self.0.entry, value)
    }

    fn end(self) -> Result<(), XmlError> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeMap for Open<'_> {
    type Ok = ();
    type Error = XmlError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), XmlError> {
        self.0.out.push_str("<entry>");
        self.field("key", key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), XmlError> {
        self.field("value", value)?;
        self.0.out.push_str("</entry>");
        Ok(())
    }

    fn end(self) -> Result<(), XmlError> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeStruct for Open<'_> {
    type Ok = ();
    type Error = XmlError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), XmlError> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), XmlError> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Sample {
        name: &'static str,
        absent: Option<u8>,
        list: Vec<Entry>,
    }

    #[derive(serde::Serialize)]
    struct Entry {
        value: u8,
    }

    #[test]
    fn maps_have_entries() {
        let mut out = String::new();
        let map = std::collections::BTreeMap::from([("a", "<"), ("b", "")]);
        write(&mut out, "member", &map).unwrap();
        assert_eq!(
            out,
            "<entry><key>a</key><value>&lt;</value></entry><entry><key>b</key><value></value></entry>"
        );
    }

    #[test]
    fn lists_repeat_their_entry_and_text_is_escaped() {
        let mut out = String::new();
        let sample = Sample {
            name: "<a&b>",
            absent: None,
            list: vec![Entry { value: 1 }, Entry { value: 2 }],
        };
        write(&mut out, "member", &sample).unwrap();
        assert_eq!(
            out,
            "<name>&lt;a&amp;b&gt;</name><list><member><value>1</value></member><member><value>2</value></member></list>"
        );
    }
}
