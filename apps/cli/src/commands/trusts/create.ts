import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { bindingText } from '../../output/binding-text.ts'
import { PrintedTrust } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import { printWarnings } from '../../output/warnings.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { bindingFields } from '../options/binding.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { bindingOptions, gatewayOptions } from '../options/shared-options.ts'
import { trustFields, trustOptions } from './trust-fields.ts'

export const command = 'create <name>'
export const describe = 'Let the jobs of a CI system log in.'
export const details =
  'Name the jobs with a provider and the fields of its template, or with an issuer and the claims of its tokens. The fields are in docs/how-to/keyless-ci.md. Separate the items of a list, such as events, by commas. The management API has further conditions.'
export const examples = [
  'rack-gateway trusts create deploy-web --role ci --apps web --provider github --with repositoryId=74 --with repositoryOwnerId=65 --with ref=refs/heads/main',
  "rack-gateway trusts create builds --role ci --issuer https://ci.example.com --claim project=web --claim-like 'ref=refs/heads/release-*'",
]
export const builder = {
  name: { type: 'string', demandOption: true, describe: 'The name in lists, audit events, and denials' },
  role: { type: 'string', demandOption: true, describe: 'The role of the jobs' },
  ...trustOptions,
  ...bindingOptions,
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, name, role } = args
  const body = { name, role, ...bindingFields(args, context.now), ...trustFields(args) }
  const target = await targetOf(context, rack)
  const trust = await callGateway(target, 'createTrust', { body })
  printWarnings(context, trust)
  if (json) return printJson(context, PrintedTrust, trust)
  context.print(
    printable(
      `The trust ${trust.name} is created (${trust.id}). Its jobs get ${trust.bindings.map(bindingText).join('; ')}.`,
    ),
  )
  context.note(
    printable(`A job logs in with: rack-gateway ci login ${target.origin} --trust ${JSON.stringify(trust.name)}`),
  )
}
