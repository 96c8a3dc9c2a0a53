//! Owners are kept until they are learnt anew or forgotten.

use chrono::TimeDelta;

use super::{
    Ground,
    fixtures::{at, round},
};
use crate::{
    domain::{Id, facts::Owner},
    store::{AppOwners, Round},
};

fn owned(app: &str, by: &[&str], minute: i64) -> AppOwners {
    let owner = |mail: &&str| Owner {
        id: Some(Id::parse("9f2b1c4e-0a51-4f83-a14c-6d2f7d1f3b10")),
        name: Some("Ada \"the\" Owner\u{202e}".into()),
        user_principal_name: None,
        mail: Some((*mail).into()),
    };
    AppOwners {
        object_id: Id::parse(app),
        owners: by.iter().map(owner).collect(),
        fetched_at: at(minute),
    }
}

fn ids(apps: &[&str]) -> Vec<Id> {
    apps.iter().map(|app| Id::parse(app)).collect()
}

pub(in crate::store) async fn owners_are_read_back_as_written(ground: &mut impl Ground) {
    let store = ground.store();
    let billing = "5d4f5cf5-4c6b-4c36-8b5e-1f2f1c9d7a01";
    let kept = [
        owned(billing, &["a@b.c", "d'); DROP TABLE owners;--"], 1),
        owned("odd id", &[], 2),
    ];
    store.put_owners("contoso", &kept).await.unwrap();
    ground.crash().await;
    let store = ground.store();
    let mut found = store
        .owners("contoso", &ids(&[billing, "odd id", "other"]))
        .await
        .unwrap();
    found.sort_by_key(|of| of.fetched_at);
    assert_eq!(found, kept);
    assert_eq!(store.owners("contoso", &[]).await.unwrap(), []);
    let elsewhere = store.owners("fabrikam", &ids(&[billing])).await.unwrap();
    assert_eq!(elsewhere, []);
}

pub(in crate::store) async fn what_is_learnt_anew_takes_the_place_of_the_old(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    for (minute, by) in [(1, &["a@b.c"][..]), (2, &[]), (3, &["d@e.f"])] {
        let new = owned("app", by, minute);
        store
            .put_owners("contoso", std::slice::from_ref(&new))
            .await
            .unwrap();
        let found = store.owners("contoso", &ids(&["app"])).await.unwrap();
        assert_eq!(found, [new]);
    }
}

pub(in crate::store) async fn when_they_were_learnt_is_known_of_each_app(ground: &mut impl Ground) {
    let store = ground.store();
    let kept = [owned("b", &["a@b.c"], 1), owned("a", &[], 2)];
    store.put_owners("contoso", &kept).await.unwrap();
    store
        .put_owners("fabrikam", &[owned("c", &[], 3)])
        .await
        .unwrap();
    let learnt = store.owners_learnt("contoso").await.unwrap();
    let expected = [(Id::parse("a"), at(2)), (Id::parse("b"), at(1))];
    assert_eq!(learnt, expected.into());
    assert!(store.owners_learnt("nobody").await.unwrap().is_empty());
}

pub(in crate::store) async fn a_round_keeps_owners_or_nothing(ground: &mut impl Ground) {
    let store = ground.store();
    let before = owned("app", &["a@b.c"], 1);
    store
        .put_owners("contoso", std::slice::from_ref(&before))
        .await
        .unwrap();
    store.commit(&round("contoso", 1)).await.unwrap();
    let with_owners = |n| Round {
        owners: vec![owned("app", &[], 2)],
        ..round("contoso", n)
    };
    // the scan is there already
    store.commit(&with_owners(1)).await.unwrap_err();
    let found = store.owners("contoso", &ids(&["app"])).await.unwrap();
    assert_eq!(found, [before]);
    store.commit(&with_owners(2)).await.unwrap();
    let found = store.owners("contoso", &ids(&["app"])).await.unwrap();
    assert_eq!(found, [owned("app", &[], 2)]);
}

pub(in crate::store) async fn many_owners_are_kept_and_forgotten_by_age(ground: &mut impl Ground) {
    let store = ground.store();
    let names: Vec<String> = (0..1_201).map(|n| format!("app {n}")).collect();
    let many: Vec<AppOwners> = names.iter().map(|app| owned(app, &["a@b.c"], 1)).collect();
    store.put_owners("contoso", &many).await.unwrap();
    let late = owned("late", &["a@b.c"], 5);
    store
        .put_owners("contoso", std::slice::from_ref(&late))
        .await
        .unwrap();
    let mut asked: Vec<Id> = names.iter().map(|app| Id::parse(app)).collect();
    asked.push(Id::parse("late"));
    let found = store.owners("contoso", &asked).await.unwrap();
    assert_eq!(found.len(), 1_202);
    assert_eq!(store.forget(at(5)).await.unwrap(), 1_201);
    let found = store.owners("contoso", &asked).await.unwrap();
    assert_eq!(found, [late]);
    let after = at(5) + TimeDelta::seconds(1);
    assert_eq!(store.forget(after).await.unwrap(), 1);
}
