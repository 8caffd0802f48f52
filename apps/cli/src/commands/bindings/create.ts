import { type Binding, type Scope, scopesIn } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { AlreadyExists, Usage } from '../../errors/errors.ts'
import { callGateway, type GatewayAccess } from '../../gateway/gateway-api.ts'
import { NamedBinding } from '../../output/output-schemas.ts'
import { printJsonList } from '../../output/response.ts'
import { printWarnings } from '../../output/warnings.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { bindingFields } from '../options/binding.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { bindingOptions, gatewayOptions } from '../options/shared-options.ts'
import { subjectOf, subjectOptions, withSubjectNames } from './binding-subject.ts'
import { printBinding } from './print-binding.ts'

export const command = 'create <role>'
export const describe = 'Give a role to a user, group, service account, API token, or trust.'
export const details =
  'A binding is for one rack or pattern, and for one app or pattern. With several of them, the command creates a binding for each combination.'
export const examples = [
  'rack-gateway bindings create ops --user ada@example.com --racks production --expires 12h --reason incident-7',
  "rack-gateway bindings create deployer --group deployers@example.com --apps 'web-*'",
  'rack-gateway bindings create ci --service-account deploy-web --racks staging,production --apps web',
]
export const builder = {
  role: { type: 'string', demandOption: true, describe: 'A role of the policy document' },
  ...subjectOptions,
  ...bindingOptions,
  'if-missing': { type: 'boolean', describe: 'Succeed if the subject already has this binding, with the same expiry' },
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, role, ifMissing = false } = args
  const target = await targetOf(context, rack)
  const subject = await subjectOf(target, args, context.now)
  if (subject === null)
    throw new Usage(
      'A binding needs a subject.',
      'Pass one of --user, --group, --service-account, --token, and --trust.',
    )
  const { racks, apps, ...terms } = bindingFields(args, context.now)
  const created: Binding[] = []
  let isComplete = false
  try {
    for (const scope of await withUnknownRacksFirst(target, scopesIn({ racks, apps }))) {
      const request = { body: { subject, role, ...scope, ...terms } }
      const binding = await callGateway(target, 'createBinding', request).catch((error: unknown) => {
        if (!ifMissing || !(error instanceof AlreadyExists)) throw error
        context.note(error.explanation.reason)
        return null
      })
      if (binding === null) continue
      created.push(binding)
      printWarnings(context, binding)
      if (!json) await printBinding(context, target, binding, { json, action: 'Created' })
    }
    isComplete = true
  } finally {
    // Also after an error, because the bindings before it exist.
    if (json && (isComplete || created.length > 0))
      printJsonList(context, NamedBinding, await withSubjectNames(target, created))
  }
}

/** The gateway then refuses a name that is no rack before it creates the bindings of the other racks. */
async function withUnknownRacksFirst(target: GatewayAccess, scopes: readonly Scope[]): Promise<readonly Scope[]> {
  const isName = ({ racks }: Scope) => !racks.includes('*')
  if (scopes.length < 2 || !scopes.some(isName)) return scopes
  const { racks: known } = await callGateway(target, 'me', {})
  const rankOf = (scope: Scope) => (isName(scope) && !known.includes(scope.racks) ? 0 : 1)
  return scopes.toSorted((one, other) => rankOf(one) - rankOf(other))
}
