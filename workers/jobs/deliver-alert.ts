import { type Delivery, readDelivery, recordAttempt } from '../../src/db/alerts.ts'
import { wholeMarket } from '../../src/db/drift.ts'
import { deliver } from '../../src/delivery/deliver.ts'
import type { AlertNotice } from '../../src/delivery/payloads.ts'
import { DeliveryError } from '../../src/delivery/post-json.ts'
import { PermanentError } from '../../src/errors.ts'
import { deliverAlert as contract } from '../../queues/jobs.ts'
import type { Handler } from '../handler.ts'

/** One attempt; BullMQ tries again with backoff, and after the last attempt the delivery is dead. */
export const deliverAlert: Handler<'deliver-alert'> = async (
  { delivery_id },
  { db, signal, delivery: options },
) => {
  const delivery = await readDelivery(db, delivery_id)
  if (!delivery) throw new PermanentError('The alert or its channel is gone')
  if (delivery.state !== 'pending') return { status: null }
  try {
    const status = await deliver(delivery, noticeOf(delivery), { ...options, signal, now: new Date() })
    await recordAttempt(db, delivery_id, { state: 'delivered', status, error: null })
    return { status }
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    const isDead = error.isFinal || delivery.attempts + 1 >= contract.attempts
    await recordAttempt(db, delivery_id, {
      state: isDead ? 'dead' : 'pending',
      status: error.status,
      error: error.message,
    })
    throw isDead ? new PermanentError(error.message, { cause: error }) : error
  }
}

export function noticeOf(delivery: Delivery): AlertNotice {
  return {
    deliveryId: delivery.id,
    alertId: delivery.alertId,
    event: delivery.event,
    kind: delivery.alertKind,
    protocolId: delivery.protocolId,
    protocolName: nameOf(delivery),
    level: delivery.level,
    score: delivery.score,
    message: delivery.message,
    details: delivery.details,
    raisedAt: delivery.raisedAt,
  }
}

const nameOf = ({ protocolId, protocolName }: Delivery): string =>
  protocolId === wholeMarket ? 'the whole market' : (protocolName ?? protocolId)
