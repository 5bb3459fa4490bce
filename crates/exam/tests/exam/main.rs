//! Tests of the exam with the shipped designs and content.

mod content;
mod defend;
mod designs;
mod requirements;
mod reviews;
mod run;
