//! What is remembered of credentials.

use super::{
    Ground,
    fixtures::{announced, at, credential, id, round, seen},
};
use crate::{
    domain::{Expiry, Id, Kind, health::Health, known::CredentialKey, known::Known},
    store::{Inventory, Round, Store},
};

fn with_upserts(n: u128, upserts: Vec<Inventory>) -> Round<'static> {
    Round {
        upserts: upserts.into_iter().map(seen).collect(),
        ..round("contoso", n)
    }
}

async fn known(store: &dyn Store) -> Known {
    store.known("contoso").await.unwrap()
}

pub(in crate::store) async fn an_unknown_tenant_has_no_memory(ground: &mut impl Ground) {
    let store = ground.store();
    let known = known(&*store).await;
    assert!(known.is_empty() && !known.scanned_before);
    assert_eq!(store.health("contoso").await.unwrap(), Health::default());
    assert_eq!(
        store
            .soonest(&["contoso".to_owned()], at(0), 10)
            .await
            .unwrap(),
        (Vec::new(), 0)
    );
    assert!(store.history().await.unwrap().is_empty());
    assert!(store.outbox().await.unwrap().is_empty());
    assert_eq!(store.next_due("mail").await.unwrap(), None);
    store.ping().await.unwrap();
}

pub(in crate::store) async fn credentials_are_read_back_as_written(ground: &mut impl Ground) {
    let odd_names = [
        "",
        "O'Brien \"and\" sons; DROP TABLE credentials --",
        "[\"json\"] \\u0000 {}",
        "a\u{0}b\u{0}",
        "line\r\nbreak\ttab \u{202e}right to left \u{1f512}",
        "true",
        "12",
    ];
    let odd_fingerprints = [0, 1, u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 53, 42];
    let mut written: Vec<Inventory> = odd_names
        .iter()
        .zip(odd_fingerprints)
        .enumerate()
        .map(|(n, (name, fingerprint))| Inventory {
            app_name: (*name).into(),
            name: Some((*name).into()),
            hint: Some((*name).into()),
            fingerprint,
            ..credential(n as u128)
        })
        .collect();
    written.push(Inventory {
        key: CredentialKey {
            object_id: Id::Other("not a GUID".into()),
            kind: Kind::SamlCertificate,
            credential_id: Id::Other("".into()),
        },
        app_id: Id::Other("{\"a\":1}".into()),
        name: None,
        hint: None,
        starts_at: None,
        expires: Expiry::At("1601-01-01T00:00:00Z".parse().unwrap()),
        ..credential(100)
    });
    let store = ground.store();
    store
        .commit(&with_upserts(1, written.clone()))
        .await
        .unwrap();

    let (mut read, total) = store
        .soonest(&["contoso".to_owned()], at(0), 100)
        .await
        .unwrap();
    assert_eq!(total, 8);
    written.sort_by_key(|credential| credential.expires);
    read.sort_by_key(|credential| credential.expires);
    assert_eq!(read, written);
    let known = known(&*store).await;
    assert_eq!(known.len(), 8);
    assert!(known.scanned_before);
    for credential in &written {
        let memory = known.get(&credential.key).unwrap();
        assert_eq!(memory.fingerprint, credential.fingerprint);
        assert_eq!(memory.expires, credential.expires);
        assert_eq!(memory.first_seen, credential.first_seen);
        assert_eq!(memory.announced, None);
        assert!(!memory.gone && memory.life == 0);
    }
}

pub(in crate::store) async fn a_credential_goes_and_comes_back(ground: &mut impl Ground) {
    let store = ground.store();
    let both = vec![credential(1), credential(2)];
    store.commit(&with_upserts(1, both)).await.unwrap();
    let mut lost = round("contoso", 2);
    lost.gone = vec![credential(1).key, credential(9).key];
    store.commit(&lost).await.unwrap();

    let memory = known(&*store).await;
    assert_eq!(memory.len(), 2, "one never seen cannot go");
    assert!(memory.get(&credential(1).key).unwrap().gone);
    assert!(!memory.get(&credential(2).key).unwrap().gone);
    assert_eq!(
        store
            .soonest(&["contoso".to_owned()], at(0), 10)
            .await
            .unwrap(),
        (vec![credential(2)], 1),
        "what is gone does not end"
    );

    let changed = Inventory {
        expires: Expiry::Never,
        app_name: "renamed".into(),
        fingerprint: 8,
        ..credential(1)
    };
    store.commit(&with_upserts(3, vec![changed])).await.unwrap();
    let memory = known(&*store).await;
    let back = memory.get(&credential(1).key).unwrap();
    assert!(!back.gone);
    assert_eq!((back.expires, back.fingerprint), (Expiry::Never, 8));
}

pub(in crate::store) async fn the_first_sight_is_never_later_than_it_was(ground: &mut impl Ground) {
    let store = ground.store();
    for (n, seen) in [(1, 5), (2, 9), (3, 5)] {
        let seen = Inventory {
            first_seen: at(seen),
            ..credential(1)
        };
        store.commit(&with_upserts(n, vec![seen])).await.unwrap();
    }
    let memory = known(&*store).await;
    assert_eq!(memory.get(&credential(1).key).unwrap().first_seen, at(5));
}

pub(in crate::store) async fn announcements_are_remembered_until_forgotten(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    let mut first = with_upserts(1, vec![credential(1), credential(2)]);
    first.announced = vec![(credential(1).key, 3, Some(announced(1)))];
    store.commit(&first).await.unwrap();
    // a change of the credential itself does not touch it
    let renamed = Inventory {
        app_name: "renamed".into(),
        ..credential(1)
    };
    store.commit(&with_upserts(2, vec![renamed])).await.unwrap();
    let memory = known(&*store).await;
    let told = memory.get(&credential(1).key).unwrap();
    assert_eq!(told.life, 3);
    assert_eq!(told.announced.as_deref(), Some(&announced(1)));
    assert_eq!(memory.get(&credential(2).key).unwrap().announced, None);

    let mut again = round("contoso", 3);
    again.announced = vec![
        (credential(1).key, 4, None),
        (credential(2).key, 0, Some(announced(2))),
    ];
    store.commit(&again).await.unwrap();
    let memory = known(&*store).await;
    let forgotten = memory.get(&credential(1).key).unwrap();
    assert_eq!((forgotten.life, &forgotten.announced), (4, &None));
    let told = memory.get(&credential(2).key).unwrap();
    assert_eq!(told.announced.as_deref(), Some(&announced(2)));
}

pub(in crate::store) async fn the_soonest_come_first_up_to_the_limit(ground: &mut impl Ground) {
    let store = ground.store();
    let never = Inventory {
        expires: Expiry::Never,
        ..credential(0)
    };
    let all = vec![credential(3), credential(1), never, credential(2)];
    store.commit(&with_upserts(1, all)).await.unwrap();
    assert_eq!(
        store
            .soonest(&["contoso".to_owned()], at(0), 2)
            .await
            .unwrap(),
        (vec![credential(1), credential(2)], 3)
    );
    let ended = at(100_002);
    let (found, _) = store
        .soonest(&["contoso".to_owned()], ended, 3)
        .await
        .unwrap();
    assert_eq!(
        found,
        [credential(3), credential(2), credential(1)],
        "what has ended comes after what will"
    );
    assert_eq!(
        store
            .soonest(&["fabrikam".to_owned()], at(0), 3)
            .await
            .unwrap(),
        (Vec::new(), 0)
    );
    assert_eq!(
        store
            .soonest(&["contoso".to_owned()], at(0), 0)
            .await
            .unwrap(),
        (Vec::new(), 3)
    );
    assert_eq!(
        store
            .soonest(&["contoso".to_owned()], at(0), usize::MAX)
            .await
            .unwrap()
            .0
            .len(),
        3
    );
}

pub(in crate::store) async fn what_is_gone_can_still_be_described(ground: &mut impl Ground) {
    let store = ground.store();
    let all: Vec<Inventory> = (0..1_203).map(credential).collect();
    store.commit(&with_upserts(1, all.clone())).await.unwrap();
    let keys: Vec<CredentialKey> = all.iter().map(|of| of.key.clone()).collect();
    let gone = Round {
        gone: keys[..1_000].to_vec(),
        ..round("contoso", 2)
    };
    store.commit(&gone).await.unwrap();
    let unknown = credential(9_999).key;
    let asked = [&keys[..1_100], &[unknown]].concat();
    let mut found = store.describe("contoso", &asked).await.unwrap();
    found.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(found, all[..1_100]);
    assert_eq!(store.describe("contoso", &[]).await.unwrap(), []);
    assert_eq!(store.describe("fabrikam", &keys).await.unwrap(), []);
}

pub(in crate::store) async fn tenants_do_not_mix(ground: &mut impl Ground) {
    let store = ground.store();
    let theirs = Inventory {
        tenant: "fabrikam".into(),
        ..credential(1)
    };
    store
        .commit(&with_upserts(1, vec![credential(1)]))
        .await
        .unwrap();
    let mut round = round("fabrikam", 2);
    round.upserts = vec![seen(theirs)];
    store.commit(&round).await.unwrap();
    round.scan.id = id(3);
    round.upserts.clear();
    round.announced = vec![(credential(1).key, 5, Some(announced(1)))];
    round.gone = vec![credential(1).key];
    store.commit(&round).await.unwrap();

    let ours = known(&*store).await;
    let ours = ours.get(&credential(1).key).unwrap();
    assert!(!ours.gone && ours.life == 0 && ours.announced.is_none());
    let theirs = store.known("fabrikam").await.unwrap();
    let theirs = theirs.get(&credential(1).key).unwrap();
    assert!(theirs.gone && theirs.life == 5 && theirs.announced.is_some());
}

pub(in crate::store) async fn a_large_round_is_whole(ground: &mut impl Ground) {
    const MANY: u128 = 2_345;
    let store = ground.store();
    let mut first = with_upserts(1, (0..MANY).rev().map(credential).collect());
    first.announced = (0..MANY)
        .map(|n| (credential(n).key, 1, Some(announced(n))))
        .collect();
    store.commit(&first).await.unwrap();
    let mut second = round("contoso", 2);
    second.gone = (0..MANY)
        .filter(|n| n % 2 == 0)
        .map(|n| credential(n).key)
        .collect();
    store.commit(&second).await.unwrap();

    let memory = known(&*store).await;
    assert_eq!(memory.len() as u128, MANY);
    for n in 0..MANY {
        let one = memory.get(&credential(n).key).unwrap();
        assert_eq!(one.gone, n % 2 == 0);
        assert_eq!(one.announced.as_deref(), Some(&announced(n)));
    }
}
