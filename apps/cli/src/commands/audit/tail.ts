import { setTimeout as wait } from 'node:timers/promises'
import { LoggedEvent, requestFor } from '@rack-gateway/gateway-api'
import { Value } from 'typebox/value'
import type { Context } from '../../context.ts'
import { GatewayUnreachable } from '../../errors.ts'
import { parsed } from '../../gateway/gateway-request.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../output/terminal.ts'
import { targetOf } from '../../target/gateway-target.ts'
import type { Arguments, CommandOptions } from '../command-module.ts'
import { gatewayOptions, utcOption } from '../options/shared-options.ts'
import { openAudit } from './audit-api.ts'
import { eventsIn, type StreamEvent } from './events/event-stream.ts'
import { filterOptions, filterQuery } from './events/filters.ts'
import { cellsOf } from './events/shown-event.ts'
import { type Zone, zoneOf } from './events/times.ts'

export const command = 'tail [words..]'
export const describe = 'Print events as they happen, until Ctrl-C.'
export const examples = ['rack-gateway audit tail --kind login.failed', 'rack-gateway audit tail --effect deny --json']
export const builder = { ...filterOptions, utc: utcOption, ...gatewayOptions } as const satisfies CommandOptions

/** Times to connect again, one after another, before it is given up. */
const mostAttempts = 10
const longestPause = 10_000

export async function handler(given: Arguments<typeof builder>): Promise<void> {
  const { context, rack } = given
  const target = await targetOf(context, rack)
  const shown = { json: given.json ?? false, zone: zoneOf(given) }
  const query = filterQuery(given, { now: context.now, zone: shown.zone })
  const signal = context.interruption()
  let last: string | null = null
  let attempts = 0
  while (!signal.aborted) {
    try {
      const headers = { accept: 'text/event-stream', ...(last !== null && { 'last-event-id': last }) }
      const { body } = await openAudit(target, requestFor('followAudit', { query }), { headers, signal })
      for await (const event of eventsIn(body ?? new ReadableStream<Uint8Array>())) {
        attempts = 0
        last = event.id ?? last
        tell(context, event, shown)
      }
    } catch (error) {
      if (signal.aborted) return
      if (isFinal(error) || ++attempts > mostAttempts) throw error
    }
    await wait(Math.min(longestPause, 250 * 2 ** attempts), undefined, { signal }).catch(() => undefined)
  }
}

interface ShownAs {
  readonly json: boolean
  readonly zone: Zone
}

function tell(context: Context, { name, data }: StreamEvent, { json, zone }: ShownAs): void {
  const value = parsed(data)
  if (name === 'end') context.note(`ended: ${printable(data)}`)
  else if (name === 'gap') context.note(`events are missing: ${printable(data)}`)
  else if (name === 'audit' && Value.Check(LoggedEvent, value)) context.print(lineOf(value, { json, zone }))
}

function lineOf(found: LoggedEvent, { json, zone }: ShownAs): string {
  if (json) return safeJson(found)
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
