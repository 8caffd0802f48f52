import { confirm } from '../admin/confirm.ts'
import type { Context } from '../context.ts'
import { expiryOf } from '../expiry.ts'
import { targetOf } from '../gateway-target.ts'
import { endOwnSession, listSessions, type Session } from '../own-sessions.ts'
import { safeJson } from '../safe-json.ts'
import { table } from '../table.ts'
import { printable } from '../terminal.ts'

export interface SessionsOptions {
  readonly rack: string | null
  readonly format: 'table' | 'json'
}

/** Lists one's own sessions that go on. */
export async function sessions(context: Context, { rack, format }: SessionsOptions): Promise<void> {
  const all = await listSessions(await targetOf(context, rack))
  const live = all.filter(({ endedAt, expiresAt }) => endedAt === null && Date.parse(expiresAt) > context.now)
  if (format === 'json') context.print(safeJson(live, 2))
  else for (const line of linesOf(context, live)) context.print(line)
}

export interface EndOptions {
  readonly id: string
  readonly yes: boolean
  readonly rack: string | null
  readonly format: 'text' | 'json'
}

/** Ends one: one's own, or for administrators anybody's. */
export async function endOne(context: Context, { id, yes, rack, format }: EndOptions): Promise<void> {
  const target = await targetOf(context, rack)
  await confirm(context, `end the session ${id}, with what it has open`, { yes })
  const ended = await endOwnSession(target, id)
  context.print(format === 'json' ? safeJson(ended, 2) : `The session on ${printable(ended.device)} has ended.`)
  if (ended.current) context.note('it was the one that you are logged in with here: log in again to go on')
}

function linesOf(context: Context, live: readonly Session[]): string[] {
  const rows = live.map(({ current, id, device, rack, lastUsedAt, lastUsedFrom, expiresAt }) => {
    const expiry = expiryOf(expiresAt, context.now)
    const ends = expiry.state === 'unknown' ? '' : expiry.words
    return [current ? '*' : '', id, device, rack ?? 'every rack', lastUsedAt ?? 'not yet', lastUsedFrom ?? '', ends]
  })
  return table(context, ['', 'ID', 'DEVICE', 'RACK', 'LAST USED', 'FROM', 'ENDS'], rows)
}
