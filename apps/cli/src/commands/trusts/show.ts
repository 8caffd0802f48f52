import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { findTrust } from '../../gateway/find-resource.ts'
import { bindingText, expiryText, minuteText } from '../../output/binding-text.ts'
import { PrintedTrust } from '../../output/output-schemas.ts'
import { printFields, printJson } from '../../output/response.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'show <trust>'
export const describe = 'Show a trust, and what it requires of a job.'
export const examples = ['rack-gateway trusts show deploy-web']
export const builder = {
  trust: { type: 'string', demandOption: true, describe: 'The ID or name of the trust' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, ...args }: Arguments<typeof builder>): Promise<void> {
  const trust = await findTrust(await targetOf(context, rack), args.trust, context.now)
  if (json) return printJson(context, PrintedTrust, trust)
  printFields(context, [
    ['id', trust.id],
    ['name', trust.name],
    ['issuer', trust.issuer],
    ['audience', trust.audience],
    ...trust.conditions.map((condition) => ['condition', safeJson(condition)] as const),
    ...trust.bindings.map(
      (binding) => ['binding', `${bindingText(binding)} ${expiryText(binding.expiresAt, context.now)}`.trim()] as const,
    ),
    ['session', `${trust.maxAgeSeconds} s at most`],
    ['created', `${minuteText(trust.createdAt)} by ${trust.createdBy}`],
    ['revoked', minuteText(trust.revokedAt)],
  ])
}
