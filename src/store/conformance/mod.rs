//! What every store must do, whatever database it rests on.
//!
//! A database shows that it does by implementing [`Ground`] and naming it in `conformance!`: each function of the suite then
//! becomes a test of its own on a fresh database.

pub(super) mod digests;
pub(super) mod finding;
pub(super) mod fixtures;
pub(super) mod forgetting;
pub(super) mod inventory;
pub(super) mod outbox;
pub(super) mod owners;
pub(super) mod random;
pub(super) mod receivers;
pub(super) mod remembered;
pub(super) mod rounds;
pub(super) mod silences;

use std::sync::Arc;

use super::Store;

/// A database to try a store on.
pub(super) trait Ground: Sized {
    /// A fresh, empty one with its store open.
    async fn fresh() -> Self;

    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// Ends the process at this instant, without any farewell, and starts another on what is left.
    async fn crash(&mut self);
}

macro_rules! conformance {
    ($ground:ty) => {
        crate::store::conformance::conformance! {
            $ground:
            inventory::an_unknown_tenant_has_no_memory
            inventory::credentials_are_read_back_as_written
            inventory::a_credential_goes_and_comes_back
            inventory::the_first_sight_is_never_later_than_it_was
            inventory::announcements_are_remembered_until_forgotten
            inventory::the_soonest_come_first_up_to_the_limit
            inventory::tenants_do_not_mix
            inventory::what_is_gone_can_still_be_described
            inventory::a_large_round_is_whole
            rounds::a_failed_scan_changes_scan_and_health_only
            rounds::health_is_read_back_as_written
            rounds::no_alert_is_decided_twice
            rounds::a_round_that_fails_half_way_leaves_nothing
            rounds::a_round_is_committed_once
            rounds::history_tells_every_alert_and_where_it_went
            outbox::the_never_tried_come_first_then_the_oldest
            outbox::what_is_over_is_told_after_what_it_ends
            outbox::a_claim_holds_all_that_sending_needs
            outbox::a_lease_keeps_others_away_until_it_ends
            outbox::leases_can_be_given_back
            outbox::the_next_due_counts_leases
            outbox::parts_are_counted_once
            outbox::what_is_given_up_is_made_elsewhere
            outbox::what_has_ended_stays_ended
            outbox::the_state_of_each_receiver
            outbox::what_waits_for_its_time_waits_from_then_on
            outbox::each_delivery_is_claimed_by_one_task_only
            outbox::a_crash_loses_nothing_that_was_due
            receivers::a_pause_holds_back_every_delivery_of_its_receiver_alone
            receivers::a_claim_begins_a_pause_and_none_is_shortened
            receivers::a_pause_outlives_the_process
            receivers::two_senders_together_keep_the_pace
            receivers::a_receiver_that_fails_is_told_of_once
            receivers::one_that_takes_a_message_again_is_told_of_once
            receivers::one_target_that_works_is_enough
            receivers::a_message_that_alone_does_not_get_through_is_no_failing
            receivers::with_nobody_to_tell_it_is_remembered_all_the_same
            digests::the_last_summary_of_each_receiver_is_remembered_with_its_round
            digests::what_was_removed_is_told_until_it_is_back
            outbox::what_waits_for_its_hour_does_not_count_as_waiting_before
            owners::owners_are_read_back_as_written
            owners::what_is_learnt_anew_takes_the_place_of_the_old
            owners::when_they_were_learnt_is_known_of_each_app
            owners::a_round_keeps_owners_or_nothing
            owners::many_owners_are_kept_and_forgotten_by_age
            silences::they_last_until_they_end_or_break
            silences::asked_for_twice_there_is_one
            silences::they_are_kept_with_how_they_ended
            finding::credentials_are_found_by_what_people_know
            finding::a_notification_is_found_as_long_as_it_is_remembered
            finding::a_key_is_made_once
            forgetting::what_is_old_and_done_is_forgotten
            forgetting::what_waits_or_lives_is_kept
            forgetting::the_time_since_it_went_counts_from_the_first_miss
            forgetting::many_rows_are_forgotten_in_one_call
        }

        #[test]
        fn any_history_of_claims_and_crashes_ends_well() {
            crate::store::conformance::random::any_history_of_claims_and_crashes_ends_well::<$ground>();
        }

        #[test]
        fn what_is_remembered_is_what_was_committed() {
            crate::store::conformance::remembered::what_is_remembered_is_what_was_committed::<$ground>();
        }
    };
    ($ground:ty: $($subject:ident::$promise:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                use crate::store::conformance::{$subject, Ground};
                $subject::$promise(&mut <$ground>::fresh().await).await;
            }
        )*
    };
}

pub(super) use conformance;
