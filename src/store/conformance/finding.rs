//! What people name is found.

use super::{
    Ground,
    fixtures::{announced, at, credential, enqueue, id, notification, round, seen},
};
use crate::{
    domain::{Kind, known::CredentialKey},
    store::{Find, Found, Inventory, Store},
};

/// Three apps: 1 and 3 bear the same name but for the case, and 3 is in another tenant; 2 is gone.
async fn fill(store: &dyn Store) {
    let mut first = round("contoso", 1);
    first.upserts = vec![seen(credential(1)), seen(credential(2))];
    first.announced = vec![(credential(1).key, 0, Some(announced(1)))];
    store.commit(&first).await.unwrap();
    let mut second = round("contoso", 2);
    second.gone = vec![credential(2).key];
    store.commit(&second).await.unwrap();
    let mut other = round("fabrikam", 3);
    other.upserts = vec![seen(third())];
    store.commit(&other).await.unwrap();
}

fn third() -> Inventory {
    Inventory {
        tenant: "fabrikam".into(),
        app_name: "App 1".into(),
        ..credential(3)
    }
}

async fn names(store: &dyn Store, tenant: Option<&str>, what: Find<'_>) -> Vec<Inventory> {
    let found = store.find(tenant, what, 9).await.unwrap();
    found.into_iter().map(|found| found.credential).collect()
}

pub(in crate::store) async fn credentials_are_found_by_what_people_know(ground: &mut impl Ground) {
    let store = ground.store();
    fill(&*store).await;
    let store = &*store;
    let both = vec![credential(1), third()];
    assert_eq!(names(store, None, Find::App("aPP 1")).await, both);
    let other = Some("fabrikam");
    assert_eq!(names(store, other, Find::App("app 1")).await, [third()]);
    for text in [
        credential(1).app_id.to_string(),
        credential(1).key.object_id.to_string().to_uppercase(),
    ] {
        assert_eq!(names(store, None, Find::App(&text)).await, [credential(1)]);
    }
    let key_id = credential(1).key.credential_id.to_string().to_uppercase();
    let by_id = Find::Credential(&key_id);
    assert_eq!(names(store, None, by_id).await, [credential(1)]);
    assert_eq!(names(store, other, by_id).await, []);
    assert_eq!(names(store, None, Find::Similar("PP")).await, both);
    for nothing in [Find::App("app 2"), Find::App("app"), Find::Similar("app_1")] {
        assert_eq!(names(store, None, nothing).await, [], "{nothing:?}");
    }
    assert_eq!(
        store.find(None, Find::Similar("a"), 1).await.unwrap().len(),
        1
    );

    let there = Found {
        credential: credential(1),
        gone: false,
        announced: Some(announced(1)),
    };
    let key = credential(1).key;
    let found = store.find(Some("contoso"), Find::Key(&key), 9).await;
    assert_eq!(found.unwrap(), [there]);
    let key = credential(2).key;
    let found = store.find(Some("contoso"), Find::Key(&key), 9).await;
    assert!(found.unwrap()[0].gone);
    let object_id = &credential(1).key.object_id;
    let of_object = Find::Object(object_id);
    assert_eq!(names(store, None, of_object).await, [credential(1)]);
    assert_eq!(names(store, other, of_object).await, []);
    let object_id = &key.object_id;
    assert_eq!(names(store, None, Find::Object(object_id)).await, []);
    let other_kind = CredentialKey {
        kind: Kind::SamlCertificate,
        ..key
    };
    assert_eq!(names(store, None, Find::Key(&other_kind)).await, []);
    assert_eq!(store.tenants().await.unwrap(), ["contoso", "fabrikam"]);
}

pub(in crate::store) async fn a_notification_is_found_as_long_as_it_is_remembered(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    assert_eq!(store.notification(id(7)).await.unwrap(), None);
    enqueue(&*store, 7, Vec::new()).await;
    let found = store.notification(id(7)).await.unwrap();
    assert_eq!(found, Some(notification(7)));
    store.forget(at(1_000)).await.unwrap();
    assert_eq!(store.notification(id(7)).await.unwrap(), None);
}

pub(in crate::store) async fn a_key_is_made_once(ground: &mut impl Ground) {
    let store = ground.store();
    assert_eq!(store.key("links", &[1; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.key("links", &[2; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.key("other", &[3; 32]).await.unwrap(), [3; 32]);
    ground.crash().await;
    let key = ground.store().key("links", &[4; 32]).await.unwrap();
    assert_eq!(key, [1; 32]);
}
