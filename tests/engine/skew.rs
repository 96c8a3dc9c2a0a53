//! A clock that is wrong is told of once, and once that it is right again, beside all else that is wrong.

use chrono::TimeDelta;

use crate::world::World;

#[tokio::test]
async fn a_wrong_clock_is_told_once_whatever_restarts_between() {
    let world = World::new(&["ops"]);
    let set = |minutes| {
        *world.tenant.clock_skew.lock().unwrap() = Some(TimeDelta::minutes(minutes));
    };
    let messages = || world.receivers[0].messages();
    for (hour, minutes) in [0, 12, 12, 4, 12].into_iter().enumerate() {
        set(minutes);
        world.at(i64::try_from(hour).unwrap());
        let engine = world.start().await;
        world.tick(&engine).await;
    }
    assert_eq!(messages(), ["monitor.failing"]);
    set(1);
    world.at(5);
    world.tick(&world.start().await).await;
    assert_eq!(messages(), ["monitor.failing", "monitor.recovered"]);
}

#[tokio::test]
async fn that_scans_fail_is_told_beside_it() {
    let world = World::new(&["ops"]);
    let engine = world.start().await;
    *world.tenant.clock_skew.lock().unwrap() = Some(TimeDelta::minutes(-12));
    world.tick(&engine).await;
    *world.tenant.fails.lock().unwrap() = true;
    for hour in 1..4 {
        world.at(hour);
        world.tick(&engine).await;
    }
    let messages = || world.receivers[0].messages();
    assert_eq!(messages(), ["monitor.failing", "monitor.failing"]);
    *world.tenant.fails.lock().unwrap() = false;
    world.at(4);
    world.tick(&engine).await;
    assert_eq!(messages().len(), 3, "the clock is still wrong");
    *world.tenant.clock_skew.lock().unwrap() = Some(TimeDelta::zero());
    world.at(5);
    world.tick(&engine).await;
    assert_eq!(messages()[2..], ["monitor.recovered", "monitor.recovered"]);
}
