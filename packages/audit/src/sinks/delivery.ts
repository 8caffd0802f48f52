import { setTimeout as wait } from 'node:timers/promises'
import { type BackOffLimits, createBackOff, runWithTimeout } from '@rack-gateway/time'
import type { SinkEvent } from './transports/sink-event.ts'
import { SinkBusy, SinkRejected, type SinkTransport } from './transports/transport.ts'

export interface DeliveryOptions {
  readonly transport: SinkTransport
  /** Milliseconds for one attempt. */
  readonly deadline: number
  readonly backOff: BackOffLimits
  /** Stops the delivery; then `deliver` rejects. */
  readonly stop: AbortSignal
  readonly onFailure: (cause: unknown) => void
  readonly onSuccess: (events: readonly SinkEvent[]) => void
  /** Stores an event that the receiver rejected. Retried if it fails. */
  readonly storeDeadLetter: (event: SinkEvent, reason: string) => Promise<void>
}

/** More rejections than this in a row are probably a problem of the receiver, not of the events. */
const maxRejectedInARow = 100

/** Delivers batches, each with retries. A rejected batch is split in halves until the rejected events are found. */
export function createDelivery(options: DeliveryOptions): (events: readonly SinkEvent[]) => Promise<void> {
  const { transport, deadline, stop } = options
  const backOff = createBackOff(options.backOff)
  let rejectedInARow = 0

  /** @returns the reason of a rejection, or null if delivered */
  async function deliverWithRetries(events: readonly SinkEvent[]): Promise<string | null> {
    for (;;) {
      try {
        await runWithTimeout((signal) => transport.deliver(events, signal), { milliseconds: deadline, signal: stop })
        backOff.reset()
        return null
      } catch (error) {
        stop.throwIfAborted()
        if (error instanceof SinkRejected) return error.message
        await reportAndWait(error)
      }
    }
  }

  async function reportAndWait(error: unknown) {
    options.onFailure(error)
    const pause = Math.max(backOff.next(), error instanceof SinkBusy ? error.pause : 0)
    await wait(pause, undefined, { signal: stop })
  }

  async function storeRejected(event: SinkEvent, reason: string) {
    if (++rejectedInARow > maxRejectedInARow) await reportAndWait(new Error(`it refuses every event: ${reason}`))
    for (;;) {
      try {
        return await options.storeDeadLetter(event, reason)
      } catch (error) {
        stop.throwIfAborted()
        await reportAndWait(error)
      }
    }
  }

  return async function deliver(events) {
    const parts = [events]
    for (let part = parts.pop(); part; part = parts.pop()) {
      const [first] = part
      const reason = await deliverWithRetries(part)
      if (reason === null) {
        rejectedInARow = 0
        options.onSuccess(part)
      } else if (part.length > 1) {
        const middle = Math.ceil(part.length / 2)
        parts.push(part.slice(middle), part.slice(0, middle))
      } else if (first) await storeRejected(first, reason)
    }
  }
}
