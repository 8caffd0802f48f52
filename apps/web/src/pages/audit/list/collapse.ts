import type { AuditEvent } from '@rack-gateway/gateway-api'

export interface Entry {
  readonly id: string
  readonly writtenAt: string
  readonly event: AuditEvent
}

/** The events of one change: its intent and its outcome. Any other event is alone. */
export interface Call {
  /** The ID of the intent, also if the list does not have the intent yet. Otherwise the ID of the event. */
  readonly id: string
  /** What the row shows: the outcome, if the list has it. */
  readonly entry: Entry
  /** Newest first. */
  readonly events: readonly Entry[]
}

export interface Row {
  /** Stays the same while events join the row. */
  readonly id: string
  readonly entry: Entry
  /** The calls of this row, newest first: that of `entry` and its adjacent repeats. */
  readonly calls: readonly Call[]
  /** Whether the row belongs to an expanded group and is not the first row of the group. */
  readonly isRepeat: boolean
}

/**
 * The intent and the outcome of a change become one row, and so do adjacent events that look the same, unless their
 * group is expanded.
 *
 * @param entries newest first
 * @param expanded the IDs of the expanded groups; see `groupId`
 * @param followedIds events of the live tail: an outcome of these joins the row of its intent, which does not move.
 *   Otherwise an intent joins the row of its outcome, because older pages arrive later.
 */
export function collapse(
  entries: readonly Entry[],
  expanded: ReadonlySet<string>,
  followedIds: ReadonlySet<string> = new Set(),
): Row[] {
  const groups: Call[][] = []
  let lastKey = ''
  for (const call of callsOf(entries, followedIds)) {
    const key = keyOf(call)
    if (key === lastKey) groups.at(-1)?.push(call)
    else groups.push([call])
    lastKey = key
  }
  return groups.flatMap((calls) => {
    const [first] = calls
    if (first === undefined) return []
    const row = { id: first.id, entry: first.entry, calls, isRepeat: false }
    return expanded.has(groupId(row)) ? [row, ...partsOf(calls)] : [row]
  })
}

/** The rows below the first row of an expanded group. Those of a change are its events. */
function partsOf(calls: readonly Call[]): Row[] {
  const hasPairs = calls.some(({ events }) => events.length > 1)
  const parts = hasPairs ? calls.flatMap(({ events }) => events) : calls.slice(1).map(({ entry }) => entry)
  return parts.map((entry) => ({
    id: `part ${entry.id}`,
    entry,
    calls: [{ id: entry.id, entry, events: [entry] }],
    isRepeat: true,
  }))
}

function callsOf(entries: readonly Entry[], followedIds: ReadonlySet<string>): Call[] {
  const eventsByCall = new Map<string, Entry[]>()
  for (const entry of entries) {
    const events = eventsByCall.get(callId(entry))
    if (events === undefined) eventsByCall.set(callId(entry), [entry])
    else events.push(entry)
  }
  return entries.flatMap((entry) => {
    const id = callId(entry)
    const events = eventsByCall.get(id) ?? [entry]
    const isFollowed = events[0] !== undefined && followedIds.has(events[0].id)
    if (entry !== (isFollowed ? events.at(-1) : events[0])) return []
    // A later outcome takes precedence over the event that says that nobody knows it.
    const shown = events.find(({ event }) => event.kind === 'outcome') ?? events[0] ?? entry
    return [{ id, entry: shown, events }]
  })
}

/** Events of one change have the same ID. */
export function callId({ id, event }: Entry): string {
  return (event.kind === 'outcome' || event.kind === 'outcome.unknown') && event.of !== undefined ? event.of : id
}

/** The ID of the oldest call of the group, so that the ID stays the same while newer repeats arrive. */
export function groupId({ calls }: Pick<Row, 'calls'>): string {
  return calls.at(-1)?.id ?? ''
}

/** Calls with the same key look the same to a reader. */
function keyOf({ entry, events }: Call): string {
  const { kind, principal, source, rack, app, route, permission, decision, status, command, detail } = entry.event
  return JSON.stringify([
    kind,
    events.length,
    principal?.id,
    principal === undefined ? source?.address : principal.credential,
    rack,
    app,
    route,
    permission,
    decision?.effect,
    decision?.rule,
    decision?.wouldBe?.rule,
    status,
    command,
    entry.event.process,
    entry.event.release,
    detail,
  ])
}
