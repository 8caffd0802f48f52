import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { Refused } from '../errors.ts'
import { type Format, printJson, printTable } from '../output/answer.ts'
import { confirm } from '../output/confirm.ts'
import { endWords, minute } from '../output/grant-text.ts'
import { printable } from '../output/terminal.ts'
import { endOwnSession, listSessions, Session } from '../session/own-sessions.ts'
import type { Target } from '../target/target.ts'

export const Sessions = Type.Array(Session)

/** Lists one's own sessions that go on. */
export async function sessions(context: Context, target: Target, { format }: { readonly format: Format }) {
  const all = await listSessions(target)
  const live = all.filter(({ endedAt, expiresAt }) => endedAt === null && Date.parse(expiresAt) > context.now)
  if (format === 'json') return printJson(context, Sessions, live)
  printTable(
    context,
    ['', 'ID', 'DEVICE', 'RACK', 'LAST USED (UTC)', 'FROM', 'ENDS'],
    live.map((one) => cellsOf(one, context.now)),
    'you have no session',
  )
}

export interface EndOptions {
  readonly id: string
  readonly yes: boolean
  readonly format: Format
}

/** Ends one: one's own, or for administrators anybody's. */
export async function endOne(context: Context, target: Target, { yes, format, ...typed }: EndOptions): Promise<void> {
  const id = typed.id.toLowerCase()
  await confirm(context, async () => `end ${await titleOf(target, id)}, with what it has open`, { yes })
  const ended = await endOwnSession(target, id)
  if (format === 'json') printJson(context, Session, ended)
  else context.print(`The session on ${printable(ended.device)} has ended.`)
  if (ended.current) context.note('it was the one that you are logged in with here: log in again to go on')
}

/** One's own is known by its device; anybody else's by its id alone. */
async function titleOf(target: Target, id: string): Promise<string> {
  const own = (await listSessions(target).catch(noneOfItsOwn)).find((session) => session.id === id)
  if (own === undefined) return `the session ${id}, which is none of yours`
  return `your session on ${own.device}${own.current ? ', the one that this command uses' : ''}`
}

/** A token or job is refused the list of them: it has none. */
function noneOfItsOwn(error: unknown): never[] {
  if (error instanceof Refused) return []
  throw error
}

function cellsOf({ current, id, device, rack, lastUsedAt, lastUsedFrom, expiresAt }: Session, now: number): string[] {
  const used = lastUsedAt === null ? 'not yet' : minute(lastUsedAt)
  return [current ? '*' : '', id, device, rack ?? 'every rack', used, lastUsedFrom ?? '', endWords(expiresAt, now)]
}
