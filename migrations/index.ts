/** Every step, in order. A step that has been released is frozen: a change of mind is a new step. */
export * as '20261122T000001-market-data' from './20261122T000001-market-data.ts'
export * as '20261122T000002-features-and-models' from './20261122T000002-features-and-models.ts'
export * as '20261122T000003-jobs' from './20261122T000003-jobs.ts'
export * as '20261122T000004-alerts-and-access' from './20261122T000004-alerts-and-access.ts'
