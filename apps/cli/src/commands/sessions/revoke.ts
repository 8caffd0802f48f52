import { Session } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { emptyIfDenied } from '../../gateway/list-all-items.ts'
import { confirm } from '../../output/confirm.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { listSessions, revokeSession } from '../../session/own-sessions.ts'
import { printable } from '../../terminal/terminal.ts'
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

export async function handler({ context, rack, json, yes, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const id = args.id.toLowerCase()
  await confirm(context, async () => `revoke ${await titleOf(target, id)}, and close its connections`, { yes })
  const revoked = await revokeSession(target, id)
  if (json) printJson(context, Session, revoked)
  else context.print(`The session on ${printable(revoked.device)} is revoked.`)
  if (revoked.current) context.note('It was your session on this machine. Log in again to continue.')
}

async function titleOf(target: Target, id: string): Promise<string> {
  // API tokens and jobs have no sessions, so the gateway denies the list.
  const ownSession = (await listSessions(target).catch(emptyIfDenied)).find((session) => session.id === id)
  if (ownSession === undefined) return `the session ${id}, which is not yours`
  return `your session on ${ownSession.device}${ownSession.current ? ', the one that this command uses' : ''}`
}
