//! Opening hours in every zone, on any days.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

fn zones() -> impl Strategy<Value = Tz> {
    // those whose clocks do odd things, and any other
    let odd = prop::sample::select(vec![
        Tz::Europe__Berlin,
        Tz::Australia__Lord_Howe,
        Tz::America__Sao_Paulo,
        Tz::America__St_Johns,
        Tz::America__Havana,
        Tz::Africa__Casablanca,
        Tz::Asia__Gaza,
        Tz::Antarctica__Troll,
        Tz::Pacific__Apia,
    ]);
    prop_oneof![odd, prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec())]
}

fn hours() -> impl Strategy<Value = Hours> {
    let minute = |minute: u32| {
        NaiveTime::from_num_seconds_from_midnight_opt(minute % (24 * 60) * 60, 0).unwrap()
    };
    let spans = (0..24 * 60_u32, 1..=24 * 60_u32);
    spans.prop_map(move |(from, lasts)| Hours {
        from: minute(from),
        to: minute((from + lasts).min(24 * 60)),
    })
}

fn calendars() -> impl Strategy<Value = Calendar> {
    let days = prop::collection::btree_set(0..7_u8, 1..7);
    let holidays = prop::collection::btree_set(0..30_u64, 0..20);
    (zones(), hours(), days, holidays).prop_map(|(timezone, hours, days, holidays)| Calendar {
        timezone,
        working_days: days
            .into_iter()
            .map(|day| Weekday::try_from(day).unwrap())
            .collect(),
        holidays: holidays
            .into_iter()
            .map(|day| start().date_naive() + chrono::Days::new(day))
            .collect(),
        send_between: Some(hours),
    })
}

fn start() -> DateTime<Utc> {
    "2005-01-01T00:00:00Z".parse().unwrap()
}

/// Any second of thirty years; half of them close to where the clocks of some zone are set.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    let any = 0..30 * 365 * 86_400_i64;
    let near = prop::sample::select(vec![
        "2026-03-29T00:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-03T15:00:00Z",
        "2018-11-04T02:30:00Z",
        "2018-02-18T01:30:00Z",
        "2010-11-07T03:00:00Z",
        "2011-12-30T09:30:00Z",
        "2026-03-15T23:00:00Z",
    ]);
    let near = (near, -2 * 86_400..2 * 86_400_i64).prop_map(|(at, seconds)| {
        at.parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
    });
    prop_oneof![any.prop_map(|at| start() + TimeDelta::seconds(at)), near]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_opening_is_later_and_open_and_nothing_is_open_before_it(
        calendar in calendars(),
        now in instants(),
        between in prop::collection::vec(0.0..1.0_f64, 20),
    ) {
        let Some(opening) = calendar.next_opening(now) else {
            return Err(TestCaseError::fail("a week has a working day, and a month of holidays ends"));
        };
        prop_assert!(opening > now && calendar.is_open(opening));
        let second = TimeDelta::seconds(1);
        let held = !calendar.is_open(now);
        prop_assert_eq!(calendar.held_until(now).is_some(), held);
        if held {
            prop_assert!(opening - second < now || !calendar.is_open(opening - second));
            let seconds = (opening - now).num_seconds();
            for part in between {
                #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "some instant in between")]
                let at = now + TimeDelta::seconds((seconds as f64 * part) as i64);
                prop_assert!(!calendar.is_open(at), "{at} is open");
            }
        }
    }

    #[test]
    fn whenever_the_clocks_show_working_hours_it_is_open(calendar in calendars(), now in instants()) {
        let hours = calendar.send_between.unwrap();
        let time = now.with_timezone(&calendar.timezone).time();
        let is_before_the_end = hours.to == NaiveTime::MIN || time < hours.to;
        let is_shown = calendar.is_working_day(calendar.day_of(now)) && hours.from <= time && is_before_the_end;
        prop_assert!(calendar.is_open(now) || !is_shown);
    }

    #[test]
    fn from_opening_to_opening_no_day_is_left_out(calendar in calendars(), now in instants()) {
        let next = |at: &DateTime<Utc>| calendar.next_opening(*at);
        let openings: Vec<_> = std::iter::successors(next(&now), next).take(4).collect();
        prop_assert!(openings.windows(2).all(|pair| pair[0] < pair[1]));
        for pair in openings.windows(2) {
            let (first, second) = (calendar.day_of(pair[0]), calendar.day_of(pair[1]));
            let left_out = first.iter_days().skip(1).take_while(|day| *day < second);
            for day in left_out {
                prop_assert!(calendar.span(day, calendar.send_between.unwrap()).is_none(), "{day}");
            }
        }
    }
}
