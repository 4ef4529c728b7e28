/** Every step, in order. A step that has been released is frozen: a change of mind is a new step. */
export * as '20261122T000001-market-data' from './20261122T000001-market-data.ts'
export * as '20261122T000002-features-and-models' from './20261122T000002-features-and-models.ts'
export * as '20261122T000003-jobs' from './20261122T000003-jobs.ts'
export * as '20261122T000004-alerts-and-access' from './20261122T000004-alerts-and-access.ts'
export * as '20261122T000005-quick-answers' from './20261122T000005-quick-answers.ts'
export * as '20261122T000006-track-record' from './20261122T000006-track-record.ts'
export * as '20261122T000007-movements' from './20261122T000007-movements.ts'
export * as '20261122T000008-traces-and-drift' from './20261122T000008-traces-and-drift.ts'
