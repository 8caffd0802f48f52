import { Invitation } from '@rack-gateway/gateway-api'
import { issuerName } from '@rack-gateway/rbac-policy'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { minuteText } from '../../output/binding-text.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { bindingsText } from './bindings-text.ts'

export const command = 'invitations'
export const describe = 'List open invitations.'
export const examples = ['rack-gateway users invitations', 'rack-gateway users invitations --all']
export const builder = {
  all: { type: 'boolean', describe: 'Also list invitations that have ended' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, all }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const invitations = await listAllItems(target, 'listInvitations')
  const shown = all ? invitations : invitations.filter(({ state }) => state === 'open')
  if (json) return printJsonList(context, Invitation, shown)
  const rows = shown.map(({ id, email, issuer, bindings, state, invitedBy, createdAt, expiresAt }) => [
    id,
    email,
    issuerName(issuer),
    bindingsText(bindings),
    state,
    invitedBy.email,
    minuteText(createdAt),
    minuteText(expiresAt),
  ])
  printTable(
    context,
    ['ID', 'EMAIL', 'ISSUER', 'ROLES', 'STATE', 'INVITED BY', 'CREATED (UTC)', 'EXPIRES (UTC)'],
    rows,
    'There are no invitations.',
  )
}
