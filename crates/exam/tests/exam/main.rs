//! Tests of the exam with the shipped designs and content.

mod content;
mod designs;
mod requirements;
