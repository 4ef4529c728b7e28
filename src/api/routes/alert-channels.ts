import { randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type AlertChannel,
  deleteChannel,
  insertChannel,
  listChannels,
  updateChannel,
} from '../../db/alert-channels.ts'
import { ProblemError } from '../../errors.ts'
import { defineRoute, empty, json } from '../define-route.ts'
import { instant, riskLevel, toInstant, uuidPath } from '../schemas.ts'
import { requirePublicTarget } from '../webhook-target.ts'

const urlTarget = z.url({ protocol: /^https?$/ }).max(2000)
const name = z.string().trim().min(1).max(100)

const newChannel = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('webhook'),
      name,
      target: urlTarget,
      min_level: riskLevel.default('low'),
    }),
    z.strictObject({
      kind: z.literal('slack'),
      name,
      target: urlTarget,
      min_level: riskLevel.default('low'),
    }),
    z.strictObject({
      kind: z.literal('discord'),
      name,
      target: urlTarget,
      min_level: riskLevel.default('low'),
    }),
    z.strictObject({
      kind: z.literal('email'),
      name,
      target: z.email().max(254),
      min_level: riskLevel.default('low'),
    }),
  ])
  .meta({ id: 'NewAlertChannel' })

const channelSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['webhook', 'slack', 'discord', 'email']),
    target: z.string().meta({ description: 'Without the path of a URL, which is often a secret' }),
    min_level: riskLevel,
    is_enabled: z.boolean(),
    created_at: instant,
  })
  .meta({ id: 'AlertChannel' })

const listRoute = defineRoute({
  method: 'get',
  path: '/alert-channels',
  scope: 'read',
  tag: 'Alerts',
  summary: 'Where alerts go',
  responses: { 200: json(z.object({ items: z.array(channelSchema) }), 'All channels') },
  handler: async (_input, { db }) => ({
    status: 200,
    body: { items: (await listChannels(db)).map(toChannelAnswer) },
  }),
})

const createRoute = defineRoute({
  method: 'post',
  path: '/alert-channels',
  scope: 'admin',
  tag: 'Alerts',
  summary: 'Add a channel',
  description:
    'A webhook gets a secret that signs what is sent to it (HMAC-SHA256); it is shown in this answer only.',
  body: newChannel,
  responses: {
    201: json(channelSchema.extend({ secret: z.string().nullable() }), 'The channel', {
      Location: 'Where the channel is',
    }),
  },
  handler: async ({ body }, { db, config }) => {
    if (body.kind !== 'email')
      await requirePublicTarget(body.target, { allowsPrivate: config.allowsPrivateWebhooks })
    const secret = body.kind === 'webhook' ? `whsec_${randomBytes(24).toString('base64url')}` : null
    const { kind, target, min_level: minLevel } = body
    const channel = await insertChannel(db, {
      id: randomUUID(),
      name: body.name,
      kind,
      target,
      secret,
      minLevel,
    })
    return {
      status: 201,
      body: { ...toChannelAnswer(channel), secret },
      headers: { Location: `/alert-channels/${channel.id}` },
    }
  },
})

const changeRoute = defineRoute({
  method: 'patch',
  path: '/alert-channels/{id}',
  scope: 'admin',
  tag: 'Alerts',
  summary: 'Rename, mute or filter a channel',
  params: uuidPath,
  body: z
    .strictObject({
      name: name.optional(),
      min_level: riskLevel.optional(),
      is_enabled: z.boolean().optional(),
    })
    .refine((changes) => Object.keys(changes).length > 0, 'Expected name, min_level or is_enabled'),
  responses: { 200: json(channelSchema, 'The channel') },
  problems: { 404: 'No such channel' },
  handler: async ({ params, body }, { db }) => {
    const channel = await updateChannel(db, params.id, {
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(body.min_level === undefined ? {} : { minLevel: body.min_level }),
      ...(body.is_enabled === undefined ? {} : { isEnabled: body.is_enabled }),
    })
    if (!channel) throw unknownChannel(params.id)
    return { status: 200, body: toChannelAnswer(channel) }
  },
})

const deleteRoute = defineRoute({
  method: 'delete',
  path: '/alert-channels/{id}',
  scope: 'admin',
  tag: 'Alerts',
  summary: 'Remove a channel, and the log of what was sent to it',
  params: uuidPath,
  responses: { 204: empty('It is gone') },
  problems: { 404: 'No such channel' },
  handler: async ({ params }, { db }) => {
    if (!(await deleteChannel(db, params.id))) throw unknownChannel(params.id)
    return { status: 204, body: null }
  },
})

const unknownChannel = (id: string) =>
  new ProblemError(404, 'unknown_channel', `There is no channel with the id "${id}"`)

function toChannelAnswer(row: AlertChannel): z.input<typeof channelSchema> {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    target: row.kind === 'email' ? row.target : `${new URL(row.target).origin}/…`,
    min_level: row.minLevel,
    is_enabled: row.isEnabled,
    created_at: toInstant(row.createdAt),
  }
}

export const alertChannelRoutes = [listRoute, createRoute, changeRoute, deleteRoute]
