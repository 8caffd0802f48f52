import { setTimeout as wait } from 'node:timers/promises'
import { runWithTimeout } from '@rack-gateway/errors/with-timeout'
import { type BackOffLimits, createBackOff } from './back-off.ts'
import type { SinkEvent } from './sink-event.ts'
import { SinkBusy, SinkRefused, type SinkTransport } from './transport.ts'

export interface DeliveryOptions {
  readonly transport: SinkTransport
  /** Milliseconds for one attempt. */
  readonly deadline: number
  readonly backOff: BackOffLimits
  /** Ends it: then `deliver` rejects. */
  readonly stop: AbortSignal
  readonly onFailure: (cause: unknown) => void
  readonly onSuccess: (events: readonly SinkEvent[]) => void
  /** Keeps one that was refused for good. May fail, and is then asked again. */
  readonly bury: (event: SinkEvent, reason: string) => Promise<void>
}

/** So many refused in a row, and none taken between them, are rather the other side's trouble than the events'. */
const mostRefusedInARow = 100

/** Delivers batches, each until the other side has it. Of one that is refused, halves are tried, down to the events that are to blame. */
export function createDelivery(options: DeliveryOptions): (events: readonly SinkEvent[]) => Promise<void> {
  const { transport, deadline, stop } = options
  const backOff = createBackOff(options.backOff)
  let refusedInARow = 0

  /** @returns why it was refused, or null when it was taken */
  async function untilAnswered(events: readonly SinkEvent[]): Promise<string | null> {
    for (;;) {
      try {
        await runWithTimeout((signal) => transport.deliver(events, signal), { milliseconds: deadline, signal: stop })
        backOff.reset()
        return null
      } catch (error) {
        stop.throwIfAborted()
        if (error instanceof SinkRefused) return error.message
        await failed(error)
      }
    }
  }

  async function failed(error: unknown) {
    options.onFailure(error)
    const pause = Math.max(backOff.next(), error instanceof SinkBusy ? error.pause : 0)
    await wait(pause, undefined, { signal: stop })
  }

  async function bury(event: SinkEvent, reason: string) {
    if (++refusedInARow > mostRefusedInARow) await failed(new Error(`it refuses every event: ${reason}`))
    for (;;) {
      try {
        return await options.bury(event, reason)
      } catch (error) {
        stop.throwIfAborted()
        await failed(error)
      }
    }
  }

  return async function deliver(events) {
    const parts = [events]
    for (let part = parts.pop(); part; part = parts.pop()) {
      const [first] = part
      const reason = await untilAnswered(part)
      if (reason === null) {
        refusedInARow = 0
        options.onSuccess(part)
      } else if (part.length > 1) {
        const middle = Math.ceil(part.length / 2)
        parts.push(part.slice(middle), part.slice(0, middle))
      } else if (first) await bury(first, reason)
    }
  }
}
