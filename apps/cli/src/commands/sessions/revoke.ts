import { Session } from '@rack-gateway/gateway-api'
import { Refused } from '../../errors.ts'
import { printJson } from '../../output/answer.ts'
import { confirm } from '../../output/confirm.ts'
import { printable } from '../../output/terminal.ts'
import { listSessions, revokeOwnSession } from '../../session/own-sessions.ts'
import { targetOf } from '../../target/gateway-target.ts'
import type { Target } from '../../target/target.ts'
import type { Arguments, CommandOptions } from '../command-module.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'

export const command = 'revoke <id>'
export const describe = 'Revoke a session.'
export const details = 'Administrators can revoke any session, by its ID in the audit log.'
export const examples = ['rack-gateway sessions revoke 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35']
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the session, from rack-gateway sessions' },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions
export const progress = 'asking the gateway'

export async function handler({ context, rack, json, yes, ...typed }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const id = typed.id.toLowerCase()
  await confirm(context, async () => `revoke ${await titleOf(target, id)}, and close its connections`, { yes })
  const ended = await revokeOwnSession(target, id)
  if (json) printJson(context, Session, ended)
  else context.print(`The session on ${printable(ended.device)} is revoked.`)
  if (ended.current) context.note('It was your session on this machine. Log in again to continue.')
}

/** One's own is known by its device; anybody else's by its id alone. */
async function titleOf(target: Target, id: string): Promise<string> {
  const own = (await listSessions(target).catch(noneOfItsOwn)).find((session) => session.id === id)
  if (own === undefined) return `the session ${id}, which is not yours`
  return `your session on ${own.device}${own.current ? ', the one that this command uses' : ''}`
}

/** A token or job is refused the list of them: it has none. */
function noneOfItsOwn(error: unknown): never[] {
  if (error instanceof Refused) return []
  throw error
}
