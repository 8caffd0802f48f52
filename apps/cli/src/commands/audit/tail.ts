import { setTimeout as wait } from 'node:timers/promises'
import { LoggedEvent, requestFor } from '@rack-gateway/gateway-api'
import { parseEventStream, type StreamEvent } from '@rack-gateway/gateway-api/event-stream'
import { Value } from 'typebox/value'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { GatewayUnreachable } from '../../errors/errors.ts'
import { parseJson } from '../../gateway/gateway-request.ts'
import { openStream } from '../../gateway/open-stream.ts'
import type { Context } from '../../invocation/context.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, utcOption } from '../options/shared-options.ts'
import { cellsOf } from './events/event-row.ts'
import { filterOptions, filterQuery } from './events/filters.ts'
import { type Zone, zoneOf } from './events/times.ts'

export const command = 'tail [words..]'
export const describe = 'Print events as they happen, until Ctrl-C.'
export const examples = ['rack-gateway audit tail --kind login.failed', 'rack-gateway audit tail --effect deny --json']
export const builder = { ...filterOptions, utc: utcOption, ...gatewayOptions } as const satisfies CommandOptions
export const progress = null

/** Retries in a row that can fail before the command ends. */
const maxAttempts = 10
/** Milliseconds. */
const maxBackoff = 10_000

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack } = args
  const target = await targetOf(context, rack)
  const format = { json: args.json ?? false, zone: zoneOf(args) }
  const query = filterQuery(args, { now: context.now, zone: format.zone })
  const signal = context.interruption()
  let lastEventId: string | null = null
  let attempts = 0
  while (!signal.aborted) {
    try {
      const headers = { accept: 'text/event-stream', ...(lastEventId !== null && { 'last-event-id': lastEventId }) }
      const { body } = await openStream(target, requestFor('followAudit', { query }), { headers, signal })
      for await (const event of parseEventStream(body ?? new ReadableStream<Uint8Array>())) {
        attempts = 0
        lastEventId = event.id ?? lastEventId
        printEvent(context, event, format)
      }
    } catch (error) {
      if (signal.aborted) return
      if (isPermanent(error) || ++attempts > maxAttempts) throw error
    }
    await wait(Math.min(maxBackoff, 250 * 2 ** attempts), undefined, { signal }).catch(() => undefined)
  }
}

interface EventFormat {
  readonly json: boolean
  readonly zone: Zone
}

function printEvent(context: Context, { name, data }: StreamEvent, { json, zone }: EventFormat): void {
  const value = parseJson(data)
  if (name === 'end') context.note(`The gateway ended the stream: ${printable(data)}`)
  else if (name === 'gap') context.note(`Events are missing: ${printable(data)}`)
  else if (name === 'audit' && Value.Check(LoggedEvent, value)) context.print(lineOf(value, { json, zone }))
}

function lineOf(loggedEvent: LoggedEvent, { json, zone }: EventFormat): string {
  if (json) return safeJson(loggedEvent)
  const cells = cellsOf(loggedEvent, zone).filter((cell) => cell !== '')
  return cells.map(printable).join('  ')
}

/** Whether a retry would fail in the same way. */
function isPermanent(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    String(error.code).startsWith('RGW_') &&
    !(error instanceof GatewayUnreachable)
  )
}
