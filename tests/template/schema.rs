//! The schema of a type that implements `Deserialize`: structs with their fields, and enums with their variants.
//!
//! serde tells a deserializer which type it expects. The deserializer here returns a value that is valid everywhere,
//! records what was requested, and selects the next variant of an enum each time, until every variant has been
//! selected.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::de::value::{Error, StrDeserializer};
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};

/// The shape of a field's value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Shape {
    /// A number, string or Boolean, or a tuple of these.
    #[default]
    Scalar,
    /// A struct, by name. The fields of a struct variant have the name `Enum::Variant`.
    Record(String),
    /// An enum, by name.
    Choice(String),
    /// A sequence.
    List(Box<Self>),
}

/// Structs and enums, by name.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// The shape of each field of a struct.
    pub(crate) records: BTreeMap<String, BTreeMap<String, Shape>>,
    /// The contents of each variant, if it has any.
    pub(crate) choices: BTreeMap<String, BTreeMap<String, Option<Shape>>>,
    /// The variants of each enum, and how often the enum was requested.
    taken: BTreeMap<String, (&'static [&'static str], usize)>,
}

impl Schema {
    /// Returns the schema of `T`.
    pub(crate) fn of<T: de::DeserializeOwned>() -> Self {
        let schema = RefCell::new(Self::default());
        // A nested enum advances only once per pass over the outer enum.
        for _ in 0..1_000 {
            let slot = RefCell::new(Shape::Scalar);
            let value = T::deserialize(Asked { schema: &schema, slot: &slot });
            assert!(value.is_ok(), "the placeholder value was rejected: {:?}", value.err());
            if schema.borrow().is_whole() {
                return schema.into_inner();
            }
        }
        panic!("some variants were never requested: {:?}", schema.borrow().choices);
    }

    fn is_whole(&self) -> bool {
        self.taken.iter().all(|(choice, (variants, _))| self.choices.get(choice).is_some_and(|seen| seen.len() == variants.len()))
    }
}

/// Deserializes one value.
#[derive(Clone, Copy)]
struct Asked<'a> {
    schema: &'a RefCell<Schema>,
    slot: &'a RefCell<Shape>,
}

macro_rules! scalars {
    ($($method:ident $visit:ident $value:expr),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit($value)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Asked<'_> {
    type Error = Error;

    scalars!(
        deserialize_bool visit_bool true,
        deserialize_u8 visit_u8 1,
        deserialize_u16 visit_u16 1,
        deserialize_u32 visit_u32 1,
        deserialize_u64 visit_u64 1,
        deserialize_f64 visit_f64 1.0,
        deserialize_str visit_str "a",
        deserialize_string visit_str "a",
    );

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let slot = RefCell::new(Shape::Scalar);
        let value = visitor.visit_seq(Items { asked: Asked { slot: &slot, ..self }, left: 1 });
        self.slot.replace(Shape::List(Box::new(slot.into_inner())));
        value
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Error> {
        let slot = RefCell::new(Shape::Scalar);
        visitor.visit_seq(Items { asked: Asked { slot: &slot, ..self }, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, left: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_tuple(left, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.record(name.to_owned(), fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.slot.replace(Shape::Choice(name.to_owned()));
        let variant = {
            let mut schema = self.schema.borrow_mut();
            schema.choices.entry(name.to_owned()).or_default();
            let (variants, times) = schema.taken.entry(name.to_owned()).or_insert((variants, 0));
            *times += 1;
            variants[*times % variants.len()]
        };
        visitor.visit_enum(Variant { asked: self, choice: name, taken: variant })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str("a")
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(de::Error::custom("the type is not self-describing"))
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 char bytes byte_buf unit unit_struct newtype_struct map ignored_any
    }
}

impl Asked<'_> {
    fn record<'de, V: Visitor<'de>>(self, name: String, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.slot.replace(Shape::Record(name.clone()));
        self.schema.borrow_mut().records.entry(name.clone()).or_default();
        visitor.visit_map(Fields { asked: self, record: name, left: fields.iter(), now: "" })
    }
}

/// The elements of a sequence or tuple.
struct Items<'a> {
    asked: Asked<'a>,
    left: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(self.asked).map(Some)
    }
}

/// The fields of a struct.
struct Fields<'a> {
    asked: Asked<'a>,
    record: String,
    left: std::slice::Iter<'static, &'static str>,
    now: &'static str,
}

impl<'de> de::MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(field) = self.left.next() else { return Ok(None) };
        self.now = field;
        let name: StrDeserializer<'_, Error> = field.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let slot = RefCell::new(Shape::Scalar);
        let value = seed.deserialize(Asked { slot: &slot, ..self.asked });
        let mut schema = self.asked.schema.borrow_mut();
        schema.records.entry(self.record.clone()).or_default().insert(self.now.to_owned(), slot.into_inner());
        value
    }
}

/// One variant of an enum.
struct Variant<'a> {
    asked: Asked<'a>,
    choice: &'static str,
    taken: &'static str,
}

impl Variant<'_> {
    fn note(&self, content: Option<Shape>) {
        let mut schema = self.asked.schema.borrow_mut();
        schema.choices.entry(self.choice.to_owned()).or_default().insert(self.taken.to_owned(), content);
    }
}

impl<'de> de::EnumAccess<'de> for Variant<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.taken.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.note(None);
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let slot = RefCell::new(Shape::Scalar);
        let value = seed.deserialize(Asked { slot: &slot, ..self.asked });
        self.note(Some(slot.into_inner()));
        value
    }

    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Error> {
        self.note(Some(Shape::Scalar));
        de::Deserializer::deserialize_tuple(self.asked, left, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let name = format!("{}::{}", self.choice, self.taken);
        self.note(Some(Shape::Record(name.clone())));
        let slot = RefCell::new(Shape::Scalar);
        Asked { slot: &slot, ..self.asked }.record(name, fields, visitor)
    }
}
