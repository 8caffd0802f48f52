import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { findServiceAccount } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { bindingFields } from '../options/binding.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { bindingOptions, gatewayOptions, listOption, ownerOptions } from '../options/shared-options.ts'
import { printNewToken } from './print-new-token.ts'

export const command = 'create <name>'
export const describe = 'Create an API token and print it once.'
export const details =
  'You can grant a token only roles and permissions that you hold. By default it expires as the policy says, and you own it. A token of a service account needs the permission gateway:service-account:write.'
export const examples = [
  'rack-gateway tokens create nightly --role viewer --expires 30d',
  "rack-gateway tokens create deploy-web --role ci --apps 'web-*' --only-rack staging --service-account deploy-web",
  'rack-gateway tokens create logs --permission app:list,log:read --source 192.0.2.0/24 > token.txt',
]
export const builder = {
  name: { type: 'string', demandOption: true, describe: 'The name of the token in lists and audit events' },
  role: { type: 'string', describe: 'The role of the token' },
  permission: listOption('A permission, instead of a role'),
  ...bindingOptions,
  'only-rack': { type: 'string', describe: 'The only rack of the token, so that its URL needs no rack name' },
  source: listOption('An address or network that can use the token'),
  'service-account': ownerOptions['service-account'],
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, name, role, permission = [], onlyRack, source = [], serviceAccount } = args
  if ((role === undefined) === (permission.length === 0))
    throw new Usage(
      'An API token needs either a role or permissions.',
      'Pass --role ROLE, or --permission with each permission that it needs.',
    )
  const target = await targetOf(context, rack)
  const body = {
    name,
    ...(role === undefined ? { permissions: permission } : { role }),
    rack: onlyRack,
    ...(source.length > 0 && { sources: source }),
    ...bindingFields(args, context.now),
    ...(serviceAccount !== undefined && {
      serviceAccount: (await findServiceAccount(target, serviceAccount, context.now)).id,
    }),
  }
  printNewToken(context, await callGateway(target, 'createToken', { body }), json)
}
