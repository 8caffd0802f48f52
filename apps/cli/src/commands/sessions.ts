import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { expiryOf } from '../expiry.ts'
import { endOwnSession, listSessions, type Session } from '../own-sessions.ts'
import { rackUrlTarget } from '../rack-url-target.ts'
import { findTarget } from '../target.ts'
import { printable, table } from '../terminal.ts'

export interface SessionsOptions {
  readonly action: 'list' | 'end'
  readonly id: string | undefined
  readonly rack: string | null
  readonly format: 'table' | 'json'
}

/** Lists one's own sessions that go on, or ends one of them. */
export async function sessions(context: Context, { action, id, rack, format }: SessionsOptions): Promise<void> {
  if ((action === 'end') !== (id !== undefined))
    throw new Usage('say which one: rack-gateway sessions end ID, with an ID of rack-gateway sessions')
  const target = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack))
  if (id !== undefined) {
    const ended = await endOwnSession(target, id)
    context.print(`The session on ${printable(ended.device)} has ended.`)
    if (ended.current) context.note('it was the one that you are logged in with here: log in again to go on')
    return
  }
  const all = await listSessions(target)
  const live = all.filter(({ endedAt, expiresAt }) => endedAt === null && Date.parse(expiresAt) > context.now)
  if (format === 'json') context.print(JSON.stringify(live, null, 2))
  else for (const line of linesOf(live, context.now)) context.print(line)
}

function linesOf(live: readonly Session[], now: number): string[] {
  const rows = live.map(({ current, id, device, rack, lastUsedAt, lastUsedFrom, expiresAt }) => {
    const expiry = expiryOf(expiresAt, now)
    const ends = expiry.state === 'unknown' ? '' : expiry.words
    return [current ? '*' : '', id, device, rack ?? 'every rack', lastUsedAt ?? 'not yet', lastUsedFrom ?? '', ends]
  })
  return table(['', 'ID', 'DEVICE', 'RACK', 'LAST USED', 'FROM', 'ENDS'], rows)
}
