//! The tales of the demo tenant, as data. All times are hours since the start of day 0; negative ones are before it.

use crate::sandbox::tenant::identity;

/// The tale of one app.
pub(super) struct Tale {
    /// Tells it from others of the same name, and makes its ids.
    pub(super) slug: &'static str,
    /// What people call it.
    pub(super) name: &'static str,
    /// Free text that says whose it is.
    pub(super) notes: Option<&'static str>,
    /// Free words.
    pub(super) tags: &'static [&'static str],
    /// It is the app by which the watcher itself signs in.
    pub(super) is_ourselves: bool,
    /// When it was registered.
    pub(super) registered: i64,
    /// When it is deleted.
    pub(super) until: Option<i64>,
    /// Its secrets over time.
    pub(super) secrets: &'static [Key],
    /// Its certificates over time.
    pub(super) certificates: &'static [Key],
    /// A secret that a machine renews.
    pub(super) habit: Option<Habit>,
    /// The names of its federated credentials.
    pub(super) federated: &'static [&'static str],
}

/// One credential over time.
pub(super) struct Key {
    pub(super) name: Option<&'static str>,
    pub(super) hint: Option<&'static str>,
    /// When it is made.
    pub(super) starts: i64,
    /// When it runs out; `None` for the year 2299.
    pub(super) ends: Option<i64>,
    /// When somebody takes it away.
    pub(super) removed: Option<i64>,
    /// Until when it is used, each day; `None`: as long as it works.
    pub(super) used_until: Option<i64>,
}

/// Automation that makes a new secret at fixed intervals and takes the old one away at once.
pub(super) struct Habit {
    pub(super) name: Option<&'static str>,
    pub(super) hint: Option<&'static str>,
    /// Hours from one to the next.
    pub(super) every: i64,
    /// Hours that each is valid.
    pub(super) life: i64,
}

/// An hour of a day of the story.
pub(super) const fn day(day: i64, hour: i64) -> i64 {
    day * 24 + hour
}

/// A secret that stays.
pub(super) const fn secret(name: &'static str, hint: &'static str, starts: i64, ends: i64) -> Key {
    Key {
        name: Some(name),
        hint: Some(hint),
        starts,
        ends: Some(ends),
        removed: None,
        used_until: None,
    }
}

/// A certificate that stays.
pub(super) const fn certificate(subject: &'static str, starts: i64, ends: i64) -> Key {
    Key {
        name: Some(subject),
        hint: None,
        starts,
        ends: Some(ends),
        removed: None,
        used_until: None,
    }
}

impl Key {
    /// Somebody takes it away then.
    pub(super) const fn removed(mut self, hour: i64) -> Self {
        self.removed = Some(hour);
        self
    }

    /// Nobody uses it after that.
    pub(super) const fn used_until(mut self, hour: i64) -> Self {
        self.used_until = Some(hour);
        self
    }

    /// The last use as seen at `hour`: each morning at five.
    pub(super) fn last_use(&self, hour: i64) -> Option<i64> {
        const FIVE: i64 = 5;
        let ends = [Some(hour), self.used_until, self.ends];
        let until = ends.into_iter().flatten().min()?;
        let morning = (until - FIVE).div_euclid(24) * 24 + FIVE;
        (morning >= self.starts).then_some(morning)
    }
}

/// An app without a tale yet.
const fn app(slug: &'static str) -> Tale {
    Tale {
        slug,
        name: slug,
        notes: None,
        tags: &[],
        is_ourselves: false,
        registered: day(-900, 9),
        until: None,
        secrets: &[],
        certificates: &[],
        habit: None,
        federated: &[],
    }
}

/// All tales, in the order in which Graph lists the apps.
pub(super) static TALES: &[Tale] = &[
    // Every warning is ignored. On day 62, after lunch, invoices stop; the next afternoon somebody wakes up.
    Tale {
        notes: Some("owner: billing-team@contoso.com"),
        tags: &["prod"],
        secrets: &[
            secret("invoices", "kR7", day(-303, 13), day(62, 13)).removed(day(63, 18)),
            secret("invoices", "Zu2", day(63, 16), day(428, 16)),
        ],
        ..app("billing-api")
    },
    // The model pupil: hears of it two weeks ahead, makes a new secret, and three days later takes the old one away.
    Tale {
        notes: Some("owner: payments@contoso.com"),
        tags: &["prod", "pci"],
        secrets: &[
            secret("gateway", "8aM", day(-320, 15), day(45, 15))
                .used_until(day(31, 18))
                .removed(day(34, 16)),
            secret("gateway", "tX~", day(31, 15), day(396, 15)),
        ],
        ..app("payments-gateway")
    },
    // Three consumers, three secrets. The one for Salesforce was replaced by next year's of the same name, and left behind:
    // it must not be cried about, unlike the other two, which nothing has replaced.
    Tale {
        secrets: &[
            secret("salesforce 2025", "q1V", day(-340, 9), day(25, 9)).used_until(day(-10, 12)),
            secret("salesforce 2026", "mP4", day(-10, 10), day(355, 10)),
            secret("mailchimp", "Yc0", day(-285, 11), day(80, 11)),
            secret("nightly export", "e_K", day(-165, 14), day(200, 14)),
        ],
        ..app("crm-sync")
    },
    // Dead for two years: something to clean up, not something to alarm anybody with.
    Tale {
        registered: day(-1500, 9),
        secrets: &[secret("ssrs", "0Ld", day(-1430, 9), day(-700, 9))],
        ..app("legacy-reports")
    },
    // Ran out the day before yesterday. Its secret comes from the old portal: no name, no hint. Mended on day 3.
    Tale {
        notes: Some("owner: hr-it@contoso.com"),
        secrets: &[
            Key {
                name: None,
                hint: None,
                starts: day(-367, 8),
                ends: Some(day(-2, 8)),
                removed: Some(day(5, 10)),
                used_until: None,
            },
            secret("hr portal", "Wq8", day(3, 11), day(368, 11)),
        ],
        ..app("hr-portal")
    },
    // Somebody made next year's secret and handed it to one of two servers. The other one signs in with the old one each morning,
    // until somebody reads that the rotation is unfinished.
    Tale {
        notes: Some("owner: warehouse@contoso.com"),
        secrets: &[
            secret("archive 2025", "h5W", day(-338, 10), day(27, 10))
                .used_until(day(21, 9))
                .removed(day(24, 15)),
            secret("archive 2026", "J_9", day(-12, 10), day(353, 10)),
        ],
        ..app("document-archive")
    },
    // A certificate, replaced in the last week and the old one removed two days later.
    Tale {
        tags: &["prod"],
        certificates: &[
            certificate("CN=data-lake.contoso.com", day(-332, 10), day(33, 10))
                .used_until(day(28, 18))
                .removed(day(30, 9)),
            certificate("CN=data-lake.contoso.com", day(28, 14), day(393, 14)),
        ],
        ..app("data-lake-pipeline")
    },
    // The service principal of a cluster: a year goes by quickly. Renewed on the morning after it became critical.
    Tale {
        notes: Some("AKS cluster aks-prod-weu, resource group rg-aks-prod"),
        tags: &["prod", "aks"],
        secrets: &[
            secret("aks-prod-weu", "v9Q", day(-345, 8), day(20, 8))
                .used_until(day(14, 10))
                .removed(day(14, 11)),
            secret("aks-prod-weu", "Bn5", day(14, 10), day(379, 10)),
        ],
        ..app("aks-prod-cluster")
    },
    // Ten-day secrets, renewed by a pipeline on the ninth. Warnings sized for yearly secrets would never be silent here.
    Tale {
        tags: &["automation"],
        habit: Some(Habit {
            name: Some("pipeline"),
            hint: Some("7fT"),
            every: day(9, 0),
            life: day(10, 0),
        }),
        federated: &["github-main"],
        ..app("ci-deployer")
    },
    // "Never" as the old portal understood it.
    Tale {
        registered: day(-2200, 9),
        secrets: &[Key {
            name: Some("never again"),
            hint: Some("Fo3"),
            starts: day(-2200, 10),
            ends: None,
            removed: None,
            used_until: None,
        }],
        ..app("partner-feed")
    },
    // Somebody tries what a name can do to a mail, a chat message or a page.
    Tale {
        name: "<script>alert(1)</script> *bold* [link](http://evil.example) \n second line",
        secrets: &[secret("=1+1 <b>&amp;</b>", "<&>", day(-140, 9), day(40, 9))],
        ..app("hostile")
    },
    // Two teams had the same idea for a name, and their secrets run out a day apart.
    Tale {
        name: "Reporting",
        secrets: &[secret("power bi", "D1r", day(-315, 9), day(50, 9))],
        ..app("reporting-finance")
    },
    Tale {
        name: "Reporting",
        secrets: &[secret("power bi", "s6H", day(-314, 9), day(51, 9))],
        ..app("reporting-sales")
    },
    // Warned about twice, then the whole app is deleted: the event is over.
    Tale {
        until: Some(day(47, 10)),
        secrets: &[secret("web shop", "nE2", day(-290, 16), day(75, 16))],
        ..app("event-registration")
    },
    // Gets a three-week secret on day 40: too short a life for the wide rungs of the ladder.
    Tale {
        registered: day(-20, 9),
        secrets: &[secret("agency", "L0j", day(40, 9), day(61, 9))],
        ..app("summer-campaign")
    },
    // Entra Connect Sync renews its certificate itself, half a year each. This time its server is down from before day 0, and
    // somebody mends it on day 36, six days after it has become late.
    Tale {
        name: "ConnectSyncProvisioning_DC01_5e1f0c9a44d1",
        certificates: &[
            certificate(
                "CN=Entra Connect Sync Provisioning",
                day(-120, 3),
                day(60, 3),
            )
            .removed(day(36, 10)),
            certificate(
                "CN=Entra Connect Sync Provisioning",
                day(36, 9),
                day(216, 9),
            ),
        ],
        ..app("connect-sync")
    },
    // Published by Application Proxy, which makes a secret a year and keeps the last three. Nobody has anything to do.
    Tale {
        name: "intranet",
        secrets: &[
            secret("CWAP_AuthSecret", "p3R", day(-720, 4), day(-355, 4)),
            secret("CWAP_AuthSecret", "Lw0", day(-375, 4), day(-10, 4)),
            secret("CWAP_AuthSecret", "2Nb", day(-30, 4), day(335, 4)),
        ],
        ..app("app-proxy")
    },
    // The app by which the watcher signs in: it watches itself.
    Tale {
        name: "forewarn",
        notes: Some("owner: platform@contoso.com"),
        tags: &["prod"],
        is_ourselves: true,
        registered: day(-30, 9),
        secrets: &[secret("forewarn", identity::HINT, day(-30, 9), day(335, 9))],
        ..app("forewarn")
    },
];
