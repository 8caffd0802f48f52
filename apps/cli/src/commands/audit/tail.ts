import { setTimeout as wait } from 'node:timers/promises'
import { Value } from 'typebox/value'
import type { Context } from '../../context.ts'
import { GatewayUnreachable } from '../../errors.ts'
import { parsed } from '../../gateway/gateway-request.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../output/terminal.ts'
import type { Target } from '../../target/target.ts'
import { openAudit } from './audit-api.ts'
import { eventsIn, type StreamEvent } from './events/event-stream.ts'
import { filterQuery, type GivenFilters } from './events/filters.ts'
import { cellsOf, FoundEvent } from './events/shown-event.ts'
import type { Zone } from './events/times.ts'

export interface Tail extends GivenFilters {
  readonly format: 'lines' | 'json'
  readonly zone: Zone
}

/** Times to connect again, one after another, before it is given up. */
const mostAttempts = 10
const longestPause = 10_000

/** Prints what happens until Ctrl-C, and goes on where it was when the connection breaks. */
export async function tailAudit(context: Context, target: Target, tail: Tail): Promise<void> {
  const query = filterQuery(tail, { now: context.now, zone: tail.zone })
  const signal = context.interruption()
  let last: string | null = null
  let attempts = 0
  while (!signal.aborted) {
    try {
      const headers = { accept: 'text/event-stream', ...(last !== null && { 'last-event-id': last }) }
      const { body } = await openAudit(target, `/audit/events/stream?${query}`, { headers, signal })
      for await (const event of eventsIn(body ?? new ReadableStream<Uint8Array>())) {
        attempts = 0
        last = event.id ?? last
        tell(context, event, tail)
      }
    } catch (error) {
      if (signal.aborted) return
      if (isFinal(error) || ++attempts > mostAttempts) throw error
    }
    await wait(Math.min(longestPause, 250 * 2 ** attempts), undefined, { signal }).catch(() => undefined)
  }
}

function tell(context: Context, { name, data }: StreamEvent, { format, zone }: Tail): void {
  const value = parsed(data)
  if (name === 'end') context.note(`ended: ${printable(data)}`)
  else if (name === 'gap') context.note(`events are missing: ${printable(data)}`)
  else if (name === 'audit' && Value.Check(FoundEvent, value)) context.print(lineOf(value, { format, zone }))
}

function lineOf(found: FoundEvent, { format, zone }: Pick<Tail, 'format' | 'zone'>): string {
  if (format === 'json') return safeJson(found)
  const cells = cellsOf(found, zone).filter((cell) => cell !== '')
  return cells.map(printable).join('  ')
}

/** Whatever the gateway has refused, it will refuse again. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    String(error.code).startsWith('RGW_') &&
    !(error instanceof GatewayUnreachable)
  )
}
