import type { AuditEvent } from '@rack-gateway/gateway-api'

export interface Entry {
  readonly id: string
  readonly writtenAt: string
  readonly event: AuditEvent
}

export interface Row {
  readonly entry: Entry
  /** The events of this row, newest first: `entry` and its adjacent repeats. */
  readonly repeats: readonly Entry[]
  /** Whether the row belongs to an expanded group and is not the first row of the group. */
  readonly isRepeat: boolean
}

/**
 * Adjacent events that look the same become one row, unless their group is expanded.
 *
 * @param entries newest first
 * @param expanded the IDs of the expanded groups; see `groupId`
 */
export function collapse(entries: readonly Entry[], expanded: ReadonlySet<string>): Row[] {
  const groups: Entry[][] = []
  let lastKey = ''
  for (const entry of entries) {
    const key = keyOf(entry.event)
    if (key === lastKey) groups.at(-1)?.push(entry)
    else groups.push([entry])
    lastKey = key
  }
  return groups.flatMap((repeats) => {
    const [entry, ...others] = repeats
    if (entry === undefined) return []
    const repeatRows = expanded.has(groupId({ repeats }))
      ? others.map((other) => ({ entry: other, repeats: [other], isRepeat: true }))
      : []
    return [{ entry, repeats, isRepeat: false }, ...repeatRows]
  })
}

/** The ID of the oldest event of the group, so that the ID stays the same while newer repeats arrive. */
export function groupId({ repeats }: Pick<Row, 'repeats'>): string {
  return repeats.at(-1)?.id ?? ''
}

/** Events with the same key look the same to a reader. */
function keyOf(event: AuditEvent): string {
  const { kind, principal, source, rack, app, route, permission, decision, status, command, detail } = event
  return JSON.stringify([
    kind,
    principal?.id,
    principal === undefined ? source?.address : principal.credential,
    rack,
    app,
    route,
    permission,
    decision?.effect,
    decision?.rule,
    status,
    command,
    event.process,
    event.release,
    detail,
  ])
}
