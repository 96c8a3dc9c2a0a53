//! When summaries were sent, and what they tell of as removed.

use super::{
    Ground,
    fixtures::{announced, at, credential, notification, round, seen},
};
use crate::domain::digest::Digested;

fn digested(receiver: &str, minute: i64) -> Digested {
    Digested {
        receiver: receiver.into(),
        at: at(minute),
    }
}

pub(in crate::store) async fn the_last_summary_of_each_receiver_is_remembered_with_its_round(
    ground: &mut impl Ground,
) {
    let store = ground.store();
    assert_eq!(store.digested("contoso").await.unwrap(), []);
    let mut first = round("contoso", 1);
    first.digested = vec!["mail".into(), "it's \"odd\"".into()];
    store.commit(&first).await.unwrap();
    let mut second = round("contoso", 2);
    second.scan.finished_at = at(60);
    second.digested = vec!["mail".into()];
    store.commit(&second).await.unwrap();
    ground.crash().await;

    let store = ground.store();
    let expected = [digested("it's \"odd\"", 1), digested("mail", 60)];
    assert_eq!(store.digested("contoso").await.unwrap(), expected);
    assert_eq!(store.digested("fabrikam").await.unwrap(), []);

    let mut torn = round("contoso", 3);
    torn.scan.finished_at = at(90);
    torn.digested = vec!["mail".into()];
    // the same notification twice: the round fails
    torn.notifications = vec![(notification(9), vec![]), (notification(9), vec![])];
    store.commit(&torn).await.unwrap_err();
    assert_eq!(store.digested("contoso").await.unwrap(), expected);
}

pub(in crate::store) async fn what_was_removed_is_told_until_it_is_back(ground: &mut impl Ground) {
    let store = ground.store();
    let mut first = round("contoso", 1);
    first.upserts = vec![seen(credential(1)), seen(credential(2))];
    first.announced = vec![(credential(1).key, 0, Some(announced(1)))];
    store.commit(&first).await.unwrap();
    let removed = async |since| store.removed("contoso", at(since)).await.unwrap();
    assert_eq!(removed(0).await, []);

    let mut second = round("contoso", 2);
    second.scan.finished_at = at(60);
    // the second was never announced, and so is nobody's news
    second.gone = vec![credential(1).key, credential(2).key];
    second.announced = vec![(credential(1).key, 1, None)];
    store.commit(&second).await.unwrap();
    let found = removed(59).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0].credential, found[0].at),
        (&credential(1), at(60))
    );
    assert_eq!(removed(60).await, []);
    assert_eq!(store.removed("fabrikam", at(0)).await.unwrap(), []);

    let mut third = round("contoso", 3);
    third.upserts = vec![seen(credential(1))];
    store.commit(&third).await.unwrap();
    assert_eq!(removed(0).await, []);
}
