//! The content check finds a lesson that is broken in one place, and reports where and why.

use hoplight::content::EMBEDDED;
use hoplight::lesson::{Library, Sources, check};

use super::{SMALL, library};

/// Returns the errors of a library with these lesson files.
fn mistakes(lessons: &[(&str, &str)]) -> Vec<String> {
    let mut library = Library::new(Sources { scenarios: EMBEDDED.scenarios, ..Sources::default() }).expect("shipped scenarios");
    let errors = match library.extend(Sources { lessons, ..Sources::default() }) {
        Ok(()) => check(&library),
        Err(errors) => errors,
    };
    errors.iter().map(ToString::to_string).collect()
}

/// Returns the small lesson with one piece replaced.
fn broken(piece: &str, by: &str) -> String {
    assert!(SMALL.contains(piece), "{piece:?} is not in the small lesson");
    SMALL.replacen(piece, by, 1)
}

#[track_caller]
fn caught(piece: &str, by: &str, wanted: &[&str]) {
    let found = mistakes(&[("small.ron", &broken(piece, by))]);
    let hit = found.iter().any(|message| wanted.iter().all(|part| message.contains(part)));
    assert!(hit, "wanted {wanted:?}, found {found:#?}");
}

#[test]
fn the_small_lesson_is_valid() {
    assert_eq!(mistakes(&[("small.ron", SMALL)]), Vec::<String>::new());
}

#[test]
fn unknown_names_are_reported_with_their_place_and_a_suggestion() {
    caught(
        "Down(Component(\"web-1\"))",
        "Down(Component(\"wbe-1\"))",
        &["small.ron:19:", "no component `wbe-1`", "mean `web-1`"],
    );
    caught("focus: [Component(\"lb-1\")]", "focus: [Server(\"servr-1\")]", &["no server `servr-1`", "mean `server-1`"]);
    caught("begin: [Kill(Component(\"web-1\"))]", "begin: [Kill(Hop(\"lb-1\", \"db-1\"))]", &["no hop `lb-1` → `db-1`"]);
    caught("Do(Kill(Component(\"web-1\")))", "Select(Component(\"web-9\"))", &["no component `web-9`"]);
    caught("scenario: \"stage-2-secured\"", "scenario: \"stage-2-secure\"", &["no scenario", "mean `stage-2-secured`"]);
    caught("Up(Component(\"web-1\"))", "Stale(\"web-1\")", &["`web-1` is not an agent"]);
    caught("Up(Component(\"web-1\"))", "Backend(component: \"db-1\", up: true)", &["`db-1` is not a backend"]);
    caught("Up(Component(\"web-1\"))", "Alerting(rule: \"no date\")", &["no alert rule `no date`"]);
    caught("Up(Component(\"web-1\"))", "SwitchPaged", &["no dead man's switch"]);
    caught("Up(Component(\"web-1\"))", "Scanned(server: \"servr-1\", port: 22, says: Open)", &["no server `servr-1`"]);
    caught("Up(Component(\"web-1\"))", "Tapped(\"web-1\", \"lb-1\")", &["no hop `web-1` → `lb-1`"]);
    caught("Do(Kill(Component(\"web-1\")))", "Tap(\"lb-1\", \"wbe-1\")", &["no component `wbe-1`", "mean `web-1`"]);
    caught("{key:kill}", "{key:kil}", &["no key `kil`", "mean `kill`"]);
    caught("gate: Goals(", "gate: Goal(", &["small.ron:18:", "mean `Goals`"]);
    caught("hints: [\"Only", "hint: [\"Only", &["mean `hints`"]);
}

#[test]
fn an_unreadable_password_is_found_by_playing() {
    let goal = "when: Down(Component(\"web-1\"))";
    let solution = "Do(Kill(Component(\"web-1\")))";
    let played = |hop: &str| {
        let text = broken(goal, "when: PasswordRead").replacen(solution, &format!("Tap({hop}), Wait(3.0), {solution}"), 1);
        mistakes(&[("small.ron", &text)])
    };
    assert_eq!(played("\"lb-1\", \"web-1\""), Vec::<String>::new(), "TLS ends at the balancer");
    let found = played("\"browser\", \"lb-1\"");
    assert!(found.iter().any(|message| message.contains("small.ron:")), "this hop carries ciphertext: {found:#?}");
}

#[test]
fn a_wiretap_needs_a_hop_that_exists() {
    let step = "title: \"Restore\",";
    caught(step, &format!("{step} tap: (\"web-1\", \"db-2\"),"), &["web-1", "db-2"]);
}

#[test]
fn overlong_texts_are_reported() {
    let long = "word ".repeat(60);
    caught("Read this.", &long, &["a step's text takes at most 3 lines"]);
    caught("web-1 is down", "web-1 is down, and everybody sees that it is", &["a goal's label has 1 to 34 columns"]);
    caught("It is back.", &long, &["a reveal takes at most 3 lines"]);
    caught("First hint.", &long, &["a hint takes at most 2 lines"]);
    caught("\"Yes.\"", &format!("{long:?}"), &["a reason takes at most 3 lines"]);
    caught("wrong too", &long, &["an option has 1 to 72 columns"]);
    caught("Which?", &long, &["question and options take at most 5 lines"]);
}

#[test]
fn questions_have_one_right_option_and_a_reason_for_each() {
    caught("why: \"Not this.\", right: false", "why: \"Not this.\", right: true", &["exactly one right option; this one has 2"]);
    caught("why: \"Yes.\", right: true", "why: \"Yes.\"", &["exactly one right option; this one has 0"]);
    caught("why: \"Yes.\"", "why: \" \"", &["does not say why"]);
    caught("(text: \"nothing\", why: \"Something does.\"),", "", &["at least 3 options"]);
    caught("why: \"One entry.\"", "why: \"\"", &["does not say why"]);
}

#[test]
fn gates_that_need_work_have_hints_and_a_solution() {
    caught("hints: [\"Only hint.\"],", "", &["needs hints; this one has none"]);
    caught("\"Only hint.\"", "\"\"", &["a hint of this step is empty"]);
    caught("\"Only hint.\"", "\"1\", \"2\", \"3\", \"4\"", &["at most 3 hints"]);
    caught("solution: [Answer(2)],", "", &["needs a solution; this one has none"]);
    caught("reveal: \"It is back.\",", "", &["this prediction is never judged"]);
    caught("focus: [Component(\"lb-1\")],", "reveal: \"Too early.\",", &["a reveal needs a gate"]);
}

#[test]
fn broken_gates_are_found_by_playing() {
    // The solution does not reach the goal.
    caught("Wait(15.0)", "Wait(1.0)", &["step 2 does not pass with its solution: one goal is open: no more errors"]);
    // The goal is met before the learner acts.
    caught("Up(Component(\"web-1\"))", "Up(Component(\"web-2\"))", &["step 4: goal \"web-1 is up\" is met before"]);
    // The goal is met by waiting, without the solution.
    caught("Down(Component(\"web-1\"))", "Completed(count: 1)", &["step 2 passes by waiting alone"]);
    // The solution contains an impossible command.
    caught(
        "[Do(Kill(Component(\"web-1\"))), ",
        "[Do(Restore(Component(\"web-1\"))), ",
        &["step 2: the solution's act", "is already up"],
    );
    caught("solution: [Answer(2)]", "solution: [Answer(1)]", &["step 5: the solution's act", "this answer is wrong"]);
    caught("Wait(15.0)", "Pause, Wait(15.0)", &["time is paused"]);
    // The setup of the step fails.
    caught("begin: [Kill(Component(\"web-1\"))]", "begin: [Kill(Component(\"browser\"))]", &["step 4 cannot begin"]);
}

#[test]
fn a_solution_that_waits_too_long_is_refused_and_never_played() {
    let refused = ["small.ron:15:", "waits at most 300 s in total; this one waits"];
    caught("Wait(15.0)]", "Wait(86400.0)]", &refused);
    caught("Wait(15.0)]", "Wait(290.0), Wait(10.5)]", &refused);
    // A step without a gate may have a solution too.
    caught("pace: Live)", "pace: Live, solution: [Wait(301.0)])", &["small.ron:13:", "this one waits 301 s"]);
    assert_eq!(mistakes(&[("small.ron", &broken("Wait(15.0)]", "Wait(299.0), Wait(1.0)]"))]), Vec::<String>::new());
}

#[test]
fn a_solution_with_too_many_steps_is_rejected_without_playing() {
    caught(
        "Wait(15.0)]",
        "Step(4294967295), Wait(15.0)]",
        &["small.ron:15:", "takes at most 1000 steps along hops; this one takes 4294967295"],
    );
}

#[test]
fn replies_recaps_and_figures_are_checked() {
    let reply = "Down(Component(\"web-2\")), say: \"That is the other one.\"";
    caught(reply, "Down(Component(\"wbe-2\")), say: \"No.\"", &["no component `wbe-2`", "mean `web-2`"]);
    caught(reply, "Stale(\"web-2\"), say: \"No.\"", &["`web-2` is not an agent"]);
    caught(reply, "Down(Component(\"web-2\")), say: \" \"", &["a reply of this step is empty"]);
    caught(
        reply,
        "Down(Component(\"web-1\")), say: \"No.\"",
        &["step 2: the solution gets a reply that is meant for wrong acts"],
    );
    caught("That is the other one.", &"word ".repeat(60), &["a reply takes at most 3 lines"]);
    caught("pace: Live)", "pace: Live, replies: [(when: Paused, say: \"No.\")])", &["a step without a gate is never wrong"]);
    caught("\"Second sentence.\", ", "", &["a recap has 3 to 5 sentences; this one has 2"]);
    caught("Second sentence.", "", &["a sentence of the recap is empty"]);
    caught("Second sentence.", &"word ".repeat(60), &["a sentence of the recap takes at most 2 lines"]);
    caught("The other one took over.", "{measured:p98}", &["no figure `p98`", "mean `p99`"]);
    caught("The other one took over.", "{measured:dns}", &["step 2: `dns` is not measured when the solution has been played"]);
    let text = broken("The other one took over.", "{measured:failed} of {measured:rate}, {measured:p99}, {measured:detection}");
    assert_eq!(mistakes(&[("small.ron", &text)]), Vec::<String>::new());
}

#[test]
fn wrong_ways_must_be_wrong_and_get_a_reply() {
    let goal = "when: Down(Component(\"web-1\"))";
    let kill = |id: &str| format!("Do(Kill(Component({id:?})))");
    let (right, wrong, other) = (kill("web-1"), kill("web-2"), kill("lb-1"));
    let with = |field: &str, acts: &str| format!("{goal}, {field}: [{acts}]");
    let fine = broken(goal, &format!("{goal}, wrong: [{wrong}], broken_by: [Do(Restore(Component(\"web-1\")))]"));
    assert_eq!(mistakes(&[("small.ron", &fine)]), Vec::<String>::new());
    caught(goal, &with("wrong", &other), &["step 2: the wrong way to \"web-1 is down\" gets no reply"]);
    caught(goal, &with("wrong", &format!("{wrong}, {right}")), &["step 2: the wrong way to \"web-1 is down\" meets the goal"]);
    caught(goal, &with("broken_by", &wrong), &["step 2: \"web-1 is down\" stays met after what should end its state"]);
    caught(goal, &with("wrong", &kill("wbe-2")), &["no component `wbe-2`", "mean `web-2`"]);
    caught(goal, "when: Dropped(firewall: \"lb-1\", count: 1)", &["`lb-1` is not a firewall"]);
}

#[test]
fn a_step_names_a_scenario_that_exists_and_is_checked_against_it() {
    let step = "title: \"Restore\",";
    let on = |id: &str| format!("{step} scenario: {id:?},");
    caught(step, &on("stage-0-simpel"), &["no scenario", "mean `stage-0-simple`"]);
    caught(
        "begin: [Kill(Component(\"web-1\"))]",
        "scenario: \"stage-0-simple\", begin: [Kill(Component(\"web-2\"))]",
        &["no component `web-2`"],
    );
    // The marks of the last steps and of the quiz are about the new infrastructure.
    let text = broken(step, &on("stage-1-distributed"));
    assert_eq!(mistakes(&[("small.ron", &text)]), Vec::<String>::new());
}

#[test]
fn a_step_that_depends_on_the_previous_one_is_reported() {
    // Played in order, web-1 is down here since step 2. A learner who skips step 2 could never pass.
    let found = mistakes(&[("small.ron", &broken("begin: [Kill(Component(\"web-1\"))],", ""))]);
    assert!(found.iter().any(|message| message.contains("after skipping all earlier steps: step 4")), "{found:#?}");
}

#[test]
fn ids_and_orders_are_unique_and_a_users_lesson_replaces_a_shipped_one() {
    let found = mistakes(&[("a.ron", SMALL), ("b.ron", SMALL)]);
    assert!(found[0].contains("b.ron:4:9: lesson `small` is also in a.ron"), "{found:#?}");
    let found = mistakes(&[("a.ron", SMALL), ("b.ron", &broken("id: \"small\"", "id: \"smaller\""))]);
    assert!(found.iter().any(|message| message.contains("both have order 1")), "{found:#?}");

    let mut library = library();
    let before = library.lessons().len();
    let own = broken("id: \"small\"", "id: \"where-tls-ends\"");
    library.extend(Sources { lessons: &[("own.ron", &own)], ..Sources::default() }).expect("a valid lesson");
    assert_eq!(library.lessons().len(), before);
    assert_eq!(&*library.lesson("where-tls-ends").expect("a lesson").title, "Small");
    assert_eq!(library.lessons().next().map(|lesson| lesson.order), Some(1), "sorted by order");
}

#[test]
fn lessons_that_are_too_short_are_reported() {
    caught(
        "(stem: \"Four?\", ask: Choice([(text: \"a\", why: \"A.\", right: true), (text: \"b\", why: \"B.\"), (text: \"c\", why: \"C.\")])),",
        "",
        &["at least 5 questions; this one has 4"],
    );
    caught(
        "        (title: \"Read\", text: [\"Read this.\"], focus: [Component(\"lb-1\")], pace: Live),\n",
        "",
        &["at least 6 steps; this one has 5"],
    );
}

#[test]
fn a_newer_format_asks_for_a_newer_version_even_with_unknown_fields() {
    caught("format: 1,", "format: 9, colour: \"red\",", &["format 9", "a newer hoplight is needed"]);
}
