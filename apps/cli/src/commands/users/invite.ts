import { endpoints, scopesIn } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { expiryText } from '../../output/binding-text.ts'
import { printJson } from '../../output/response.ts'
import { printWarnings } from '../../output/warnings.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { bindingFields } from '../options/binding.ts'
import { parseSeconds } from '../options/duration.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { bindingOptions, gatewayOptions } from '../options/shared-options.ts'
import { bindingsText } from './bindings-text.ts'

export const command = 'invite <email>'
export const describe = 'Give a role to a person who has not logged in yet.'
export const details =
  'The person gets the role at the first login with this verified email address. No message is sent: tell the person the address of the gateway. You can grant only a role that you hold, and must still hold it when the person logs in.'
export const examples = [
  'rack-gateway users invite ada@example.com --role deployer --racks staging --reason "new in the team"',
]
export const builder = {
  email: { type: 'string', demandOption: true, describe: 'The email address of the person' },
  role: { type: 'string', demandOption: true, describe: 'A role of the policy document' },
  ...bindingOptions,
  expires: { ...bindingOptions.expires, describe: 'When the role expires: 30d, 12h, 2027-01-31, or 2027-01-31T12:00Z' },
  'valid-for': { type: 'string', default: '14d', describe: 'How long the invitation is valid, up to 90d' },
  issuer: { type: 'string', describe: 'The identity provider of the person; the default is that of the gateway' },
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, email, role, issuer } = args
  const { reason, racks, apps, allowUnknownRacks, ...expiry } = bindingFields(args, context.now)
  const lifetimeSeconds = parseSeconds('--valid-for', args.validFor, { least: '1m', most: '90d' })
  const target = await targetOf(context, rack)
  const bindings = scopesIn({ racks, apps }).map((scope) => ({ role, ...scope, ...expiry }))
  const body = { email, issuer, lifetimeSeconds, reason, bindings, allowUnknownRacks }
  const invitation = await callGateway(target, 'createInvitation', { body })
  printWarnings(context, invitation)
  if (json) return printJson(context, endpoints.createInvitation.response, invitation)
  const { expiresAt } = invitation
  context.print(
    printable(
      `Invited ${invitation.email}: ${bindingsText(invitation.bindings)}. The invitation ${expiryText(expiresAt, context.now)}.`,
    ),
  )
}
