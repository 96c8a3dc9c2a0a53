//! A tenant of any size from a seed: app `i` is a function of `(seed, i)`, made when it is asked for and never kept.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Duration, TimeZone as _, Utc};
use uuid::{Builder, Uuid};

use super::{
    app::{App, Certificate, Secret},
    names,
    rng::{Rng, mix},
};

/// A crowd of apps with about 1.25 credentials each.
///
/// The ends lie from two years before to two years after [`Generated::base`], with fractions to 100 ns as the directory has; one in
/// fifty never ends (the year 2299), a few have no end or no start at all. Names, hints and descriptions may be missing;
/// one name in a hundred is hostile. Most are in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// How many apps.
    pub apps: usize,
    /// How many service principals; the first ones are those of the apps.
    pub service_principals: usize,
    /// Another seed, another tenant.
    pub seed: u64,
    /// The fixed moment around which the credentials end, so that the same settings give the same tenant on any day. To be given in
    /// whole seconds: what is finer than 100 ns would be lost on the wire.
    pub base: DateTime<Utc>,
}

/// 100 ns ticks in a day: the directory's resolution.
const TICKS_PER_DAY: u64 = 24 * 3600 * 10_000_000;
/// Sets the numbers of uses apart from the others.
const USE: u64 = 0x05ED;
const HINT: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~_";

impl Generated {
    /// The app at position `index`.
    pub fn app(&self, index: usize) -> App {
        let mut rng = Rng::new(self.seed, index as u64);
        let id = self.guid(&mut rng, index, Naming::Object);
        let app_id = self.guid(&mut rng, index, Naming::Client);
        let display_name = names::app(&mut rng, index);
        let created_at = self.base - days(730 + rng.below(2000)) - Self::moment(&mut rng);
        let (mut secrets, mut certificates) = (Vec::new(), Vec::new());
        for _ in 0..credentials(&mut rng) {
            if rng.chance(200) {
                certificates.push(self.certificate(&mut rng));
            } else {
                secrets.push(self.secret(&mut rng));
            }
        }
        App {
            id,
            app_id,
            display_name,
            created_at,
            notes: rng
                .chance(50)
                .then(|| "owner: platform@contoso.com".to_owned()),
            tags: if rng.chance(50) {
                vec!["prod".to_owned()]
            } else {
                Vec::new()
            },
            service_management_reference: None,
            secrets,
            certificates,
            federated: Vec::new(),
            principal: None,
        }
    }

    /// The app with this object id, found without a search: the id carries the position.
    pub(super) fn by_id(&self, id: Uuid) -> Option<App> {
        self.app_at(id, Naming::Object).filter(|app| app.id == id)
    }

    /// The app with this client id, found likewise.
    pub(super) fn by_app_id(&self, app_id: Uuid) -> Option<App> {
        self.app_at(app_id, Naming::Client)
            .filter(|app| app.app_id == app_id)
    }

    fn app_at(&self, id: Uuid, naming: Naming) -> Option<App> {
        let index = usize::try_from(naming.index(self.seed, node(id))).ok()?;
        (index < self.apps).then(|| self.app(index))
    }

    /// A random-looking GUID with the position folded into its last 48 bits.
    pub(super) fn guid(&self, rng: &mut Rng, index: usize, naming: Naming) -> Uuid {
        let random = u128::from(rng.next()) << 64 | u128::from(rng.next()) & !u128::from(NODE);
        let bits = random | u128::from(naming.node(self.seed, index as u64));
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    pub(super) fn secret(&self, rng: &mut Rng) -> Secret {
        let (starts_at, ends_at) = self.life(rng);
        let key_id = rng.uuid();
        let mut secret = Secret {
            key_id,
            display_name: names::secret(rng),
            custom_key_identifier: None,
            hint: (!rng.chance(30)).then(|| (0..3).map(|_| char::from(rng.pick(&HINT))).collect()),
            starts_at,
            ends_at,
            last_used_at: self.last_use(key_id, starts_at, ends_at),
        };
        // Old tools put the description into the key identifier, and left the name empty.
        if rng.chance(20) {
            let description = secret.display_name.take().unwrap_or_default();
            secret.custom_key_identifier = Some(STANDARD.encode(description));
        }
        secret
    }

    pub(super) fn certificate(&self, rng: &mut Rng) -> Certificate {
        let (starts_at, ends_at) = self.life(rng);
        let (high, middle) = (rng.next(), rng.next());
        let low = u32::try_from(rng.below(1 << 32)).unwrap_or(0);
        let key_id = rng.uuid();
        Certificate {
            usage: "Verify",
            key_id,
            display_name: names::certificate(rng),
            custom_key_identifier: match rng.below(10) {
                0 => None,
                1..=4 => Some(format!("{high:016X}{middle:016X}{low:08X}")),
                _ => {
                    let bytes = u128::from(high) << 64 | u128::from(middle);
                    let bytes = [&bytes.to_be_bytes()[..], &low.to_be_bytes()].concat();
                    Some(STANDARD.encode(bytes))
                }
            },
            starts_at,
            ends_at,
            last_used_at: self.last_use(key_id, starts_at, ends_at),
        }
    }

    /// When a credential was last used, as seen at [`Generated::base`]: seven in ten within two days of then or of their end, the
    /// others less and less, and one in twenty never. Drawn from its id, so that all else is the same with and without it.
    fn last_use(
        &self,
        key_id: Uuid,
        starts_at: Option<DateTime<Utc>>,
        ends_at: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let mut rng = Rng::new(self.seed ^ USE, key_id.as_u64_pair().0);
        let hours = match rng.below(20) {
            0..14 => rng.below(48),
            14..17 => rng.below(60 * 24),
            17..19 => 90 * 24 + rng.below(300 * 24),
            _ => return None,
        };
        let until = ends_at.map_or(self.base, |end| end.min(self.base));
        let at = until - Duration::hours(i64::try_from(hours).unwrap_or(0));
        starts_at.is_none_or(|start| start <= at).then_some(at)
    }

    /// When a credential starts and ends.
    fn life(&self, rng: &mut Rng) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let end = self.base - days(730) + days(rng.below(1460)) + Self::moment(rng);
        // A life that would begin after the base day is longer than its maker's habit instead: it began lately.
        let lately = self.base - days(rng.below(60)) - Self::moment(rng);
        let start = (end - days(rng.pick(&[90, 180, 365, 730, 730]))).min(lately);
        if rng.chance(20) {
            return (
                Some(start),
                Utc.with_ymd_and_hms(2299, 12, 31, 0, 0, 0).single(),
            );
        }
        let start = (!rng.chance(10)).then_some(start);
        let end = (!rng.chance(4)).then_some(end);
        (start, end)
    }

    /// A moment within a day: mostly to the tick, sometimes a whole second, as tools choose.
    fn moment(rng: &mut Rng) -> Duration {
        let ticks = rng.below(TICKS_PER_DAY);
        let ticks = if rng.chance(100) {
            ticks - ticks % 10_000_000
        } else {
            ticks
        };
        Duration::nanoseconds(i64::try_from(ticks * 100).unwrap_or(0))
    }
}

/// How many credentials an app has: none to four, 1.25 on average.
fn credentials(rng: &mut Rng) -> usize {
    match rng.below(100) {
        0..25 => 0,
        25..67 => 1,
        67..87 => 2,
        87..96 => 3,
        _ => 4,
    }
}

fn days(count: u64) -> Duration {
    Duration::days(i64::try_from(count).unwrap_or(0))
}

/// The bits of a GUID that carry the position.
const NODE: u64 = (1 << 48) - 1;

fn node(id: Uuid) -> u64 {
    id.as_u64_pair().1 & NODE
}

/// The ids of apps and service principals, which must not look alike.
#[derive(Debug, Clone, Copy)]
pub(super) enum Naming {
    Object,
    Client,
    Principal,
    PrincipalClient,
}

impl Naming {
    /// The position in disguise: multiplying by an odd number modulo 2^48 can be undone.
    fn node(self, seed: u64, index: u64) -> u64 {
        (index.wrapping_mul(ODD) ^ self.mask(seed)) & NODE
    }

    fn index(self, seed: u64, node: u64) -> u64 {
        (node ^ self.mask(seed)).wrapping_mul(INVERSE) & NODE
    }

    fn mask(self, seed: u64) -> u64 {
        mix(seed
            ^ match self {
                Self::Object => 0x0B1E,
                Self::Client => 0xC11E,
                Self::Principal => 0x5E41,
                Self::PrincipalClient => 0x5C11,
            })
            & NODE
    }
}

const ODD: u64 = 0x5851_F42D_4C95_7F2D;
const INVERSE: u64 = inverse(ODD);

/// The number that undoes a multiplication by `odd` modulo 2^64, by Newton's iteration, which doubles the right bits each time.
const fn inverse(odd: u64) -> u64 {
    let mut guess = odd;
    let mut bits = 3;
    while bits < 64 {
        guess = guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess)));
        bits *= 2;
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(apps: usize, seed: u64) -> Generated {
        let base = Utc.with_ymd_and_hms(2026, 11, 1, 0, 0, 0).unwrap();
        Generated {
            apps,
            service_principals: 0,
            seed,
            base,
        }
    }

    #[test]
    fn an_app_is_a_function_of_seed_and_position() {
        assert_eq!(crowd(10, 7).app(3), crowd(1_000_000, 7).app(3));
        assert_ne!(crowd(10, 7).app(3), crowd(10, 8).app(3));
        assert_ne!(crowd(10, 7).app(3).id, crowd(10, 7).app(4).id);
    }

    #[test]
    fn ids_lead_back_to_their_app_and_no_other() {
        let crowd = crowd(1_000_000, 42);
        for index in [0, 1, 77, 65_536, 999_999] {
            let app = crowd.app(index);
            assert_eq!(crowd.by_id(app.id).as_ref(), Some(&app));
            assert_eq!(crowd.by_app_id(app.app_id).as_ref(), Some(&app));
            assert_eq!(crowd.by_id(app.app_id), None);
        }
        assert_eq!(crowd.by_id(Uuid::nil()), None);
    }

    #[test]
    fn the_crowd_is_as_described() {
        let crowd = crowd(20_000, 1);
        let apps: Vec<App> = (0..crowd.apps).map(|index| crowd.app(index)).collect();
        let secrets = apps.iter().flat_map(|app| &app.secrets);
        let certificates = apps.iter().flat_map(|app| &app.certificates);
        let count = secrets.clone().count() + certificates.clone().count();
        assert!((24_000..26_000).contains(&count), "{count} credentials");
        assert!(certificates.count() > 3_000);
        assert!(
            apps.iter()
                .all(|app| app.secrets.len() + app.certificates.len() <= 4)
        );

        let never = Utc.with_ymd_and_hms(2299, 12, 31, 0, 0, 0).unwrap();
        let (early, late) = (crowd.base - days(730), crowd.base + days(731));
        let ends: Vec<_> = secrets
            .clone()
            .filter_map(|secret| secret.ends_at)
            .collect();
        assert!(
            ends.iter()
                .all(|end| *end == never || (early..late).contains(end))
        );
        assert!(ends.contains(&never));
        assert!(
            ends.iter()
                .any(|end| end.timestamp_subsec_nanos() % 1000 != 0)
        );
        assert!(
            ends.iter()
                .all(|end| end.timestamp_subsec_nanos() % 100 == 0)
        );
        let mut starts = secrets.clone().filter_map(|secret| secret.starts_at);
        assert!(starts.all(|start| start <= crowd.base));
        assert!(secrets.clone().any(|secret| secret.ends_at.is_none()));
        assert!(secrets.clone().any(|secret| secret.starts_at.is_none()));
        assert!(secrets.clone().any(|secret| secret.hint.is_none()));
        assert!(
            secrets
                .clone()
                .any(|secret| secret.custom_key_identifier.is_some())
        );
        assert!(apps.iter().any(|app| app.display_name.is_none()));
        assert!(
            apps.iter()
                .flat_map(|app| &app.display_name)
                .any(|name| name.contains("<script>"))
        );
        assert!(
            apps.iter()
                .flat_map(|app| &app.display_name)
                .any(|name| name.chars().count() == 256)
        );
    }
}
