//! Silences last as long as they should, and it is kept how they ended.

use super::{
    Ground,
    fixtures::{at, credential, id, round},
};
use crate::{
    domain::{
        Severity,
        silence::{Ended, HowEnded, Scope, Silence},
    },
    store::Store,
};

fn on_credential() -> Silence {
    let credential = credential(1);
    Silence {
        id: id(1),
        scope: Scope::credential("contoso", &credential.key, credential.expires),
        reason: "renewal is booked".into(),
        author: "anna".into(),
        created_at: at(0),
        ends_at: at(100),
        breaks_at: Some(Severity::Expired),
        ended: None,
    }
}

fn on_tenant() -> Silence {
    Silence {
        id: id(2),
        scope: Scope::Tenant {
            tenant: "contoso".into(),
        },
        ends_at: at(50),
        breaks_at: None,
        ..on_credential()
    }
}

async fn put_both(store: &dyn Store) {
    for silence in [on_credential(), on_tenant()] {
        assert_eq!(store.put_silence(&silence).await.unwrap(), silence);
    }
}

pub(in crate::store) async fn they_last_until_they_end_or_break(ground: &mut impl Ground) {
    let store = ground.store();
    put_both(&*store).await;
    let both = vec![on_credential(), on_tenant()];
    assert_eq!(store.silences(at(49)).await.unwrap(), both);
    let one = vec![on_credential()];
    assert_eq!(store.silences(at(50)).await.unwrap(), one, "at its end");
    assert_eq!(store.silences(at(100)).await.unwrap(), []);

    let mut round = round("contoso", 1);
    round.scan.finished_at = at(30);
    let turned = HowEnded::Turned(Severity::Expired);
    round.broken_silences = vec![(id(1), turned.clone())];
    store.commit(&round).await.unwrap();
    assert_eq!(store.silences(at(30)).await.unwrap(), [on_tenant()]);
    let broken = Silence {
        ended: Some(Ended {
            at: at(30),
            how: turned,
        }),
        ..on_credential()
    };
    assert_eq!(
        store.all_silences(9).await.unwrap(),
        [on_tenant(), broken.clone()]
    );
    assert_eq!(store.all_silences(1).await.unwrap(), [on_tenant()]);
}

pub(in crate::store) async fn asked_for_twice_there_is_one(ground: &mut impl Ground) {
    let store = ground.store();
    put_both(&*store).await;
    let again = Silence {
        ends_at: at(90),
        reason: "again".into(),
        ..on_tenant()
    };
    assert_eq!(store.put_silence(&again).await.unwrap(), on_tenant());
    assert_eq!(store.all_silences(9).await.unwrap().len(), 2);
}

pub(in crate::store) async fn they_are_kept_with_how_they_ended(ground: &mut impl Ground) {
    let store = ground.store();
    put_both(&*store).await;
    let by = |name: &str| HowEnded::By(name.into());
    store.end_silence(id(1), at(10), &by("bob")).await.unwrap();
    store.end_silence(id(1), at(20), &by("eve")).await.unwrap();
    store.end_silence(id(2), at(60), &by("eve")).await.unwrap();
    store.end_silence(id(3), at(60), &by("eve")).await.unwrap();
    ground.crash().await;
    let store = ground.store();
    let kept = store.all_silences(9).await.unwrap();
    assert_eq!(kept[0], on_tenant(), "its time was up already");
    let ended = Ended {
        at: at(10),
        how: by("bob"),
    };
    assert_eq!(kept[1].ended, Some(ended), "the first end counts");
    assert_eq!(store.silences(at(20)).await.unwrap(), [on_tenant()]);
}
