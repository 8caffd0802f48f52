import { type Static, Type } from 'typebox'
import type { Context } from '../../context.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { table } from '../../output/table.ts'
import { printable } from '../../output/terminal.ts'
import type { Target } from '../../target/target.ts'
import { readLimit } from './events/filters.ts'
import { FoundEvent } from './events/shown-event.ts'
import { shownTime, type Zone, zoneName } from './events/times.ts'

const Text = Type.String()
const open = { additionalProperties: true } as const

/** An alarm, and who has looked at it. */
export const Alarm = Type.Object(
  {
    ...FoundEvent.properties,
    acknowledged: Type.Union([
      Type.Object({ id: Text, at: Text, by: Text, reason: Text }, { ...open, description: 'null: by nobody' }),
      Type.Null(),
    ]),
  },
  open,
)
export type Alarm = Static<typeof Alarm>
export const AlarmList = Type.Object({ items: Type.Array(Alarm) })

export interface ListAlarms {
  readonly limit: string
  readonly format: 'text' | 'json'
  readonly zone: Zone
}

/** Prints the newest alarms, and who has looked at them. */
export async function listAlarms(context: Context, target: Target, { limit, format, zone }: ListAlarms): Promise<void> {
  const path = `/audit/alarms?${new URLSearchParams({ limit: readLimit(limit) })}` as const
  const { items } = await callGateway(target, { path, answer: AlarmList })
  if (format === 'json') return context.print(safeJson({ items }, 2))
  if (items.length === 0) return context.note('the audit log has no alarm')
  const headings = [`TIME (${zoneName(zone)})`, 'KIND', 'WHAT', 'ACKNOWLEDGED', 'REASON', 'ID']
  const rows = items.map(({ id, event, acknowledged }) => [
    shownTime(event.at, zone),
    event.kind,
    whatOf(event),
    acknowledged === null ? '' : acknowledged.by,
    acknowledged === null ? '' : acknowledged.reason,
    id,
  ])
  for (const line of table(context, headings, rows)) context.print(line)
}

/** Of what it is about, as far as a line has room. */
function whatOf({ principal, ...event }: Alarm['event']): string {
  const detail: unknown = Reflect.get(event, 'detail')
  const close: unknown = Reflect.get(event, 'close')
  const facts = typeof detail === 'object' && detail !== null ? detail : {}
  const { problem, stream, seq, place, file } = facts as Readonly<Record<string, unknown>>
  const named = [principal?.name, problem, stream && `stream ${stream}`, seq && `event ${seq}`, place, file, close]
  return named.filter((part) => part !== undefined && part !== '').join(' ')
}

export interface Acknowledge {
  readonly id: string
  readonly reason: string
  readonly format: 'text' | 'json'
}

/** Says that an alarm was looked at. */
export async function acknowledgeAlarm(
  context: Context,
  target: Target,
  { reason, format, ...typed }: Acknowledge,
): Promise<void> {
  const id = typed.id.toLowerCase()
  const path = `/audit/alarms/${encodeURIComponent(id)}/acknowledge` as const
  const alarm = await callGateway(target, { path, body: { reason }, answer: Alarm })
  if (format === 'json') return context.print(safeJson(alarm, 2))
  const { acknowledged } = alarm
  const whose =
    acknowledged === null ? '' : `, by ${printable(acknowledged.by)} at ${shownTime(acknowledged.at, 'utc')}`
  context.note(
    acknowledged?.reason === reason
      ? `the alarm is acknowledged${whose}: readiness drops it within seconds`
      : `the alarm was acknowledged before${whose}, so nothing has changed: rack-gateway audit alarms`,
  )
}
