import { z } from 'zod'
import { queueNames } from '../../../queues/contract.ts'
import { jobNames, jobs } from '../../../queues/jobs.ts'
import { schedules } from '../../../queues/schedules.ts'
import { defineRoute, json } from '../define-route.ts'
import { anyRecord, count } from '../schemas.ts'

const jobKind = z.object({
  name: z.string(),
  queue: z.enum(queueNames),
  description: z.string(),
  is_public: z.boolean().meta({ description: 'May be submitted by `POST /jobs`' }),
  attempts: count,
  schedules: z.array(z.string()).meta({ description: 'Cron patterns, UTC' }),
  payload_schema: anyRecord.meta({ description: 'JSON Schema, draft 2020-12' }),
  result_schema: anyRecord,
})

const kinds: z.input<typeof jobKind>[] = jobNames.map((name) => ({
  name,
  queue: jobs[name].queue,
  description: jobs[name].description,
  is_public: jobs[name].submission === 'public',
  attempts: jobs[name].attempts,
  schedules: schedules.filter(({ job }) => job === name).map(({ pattern }) => pattern),
  payload_schema: z.toJSONSchema(jobs[name].payload, { io: 'input' }),
  result_schema: z.toJSONSchema(jobs[name].result),
}))

export const jobKindsRoute = defineRoute({
  method: 'get',
  path: '/job-kinds',
  scope: 'read',
  tag: 'Jobs',
  summary: 'Every kind of job, with the schemas of payload and result',
  responses: { 200: json(z.object({ items: z.array(jobKind) }), 'The catalogue') },
  handler: () => ({ status: 200, body: { items: kinds } }),
})
