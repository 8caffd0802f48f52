import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { isExpected } from '../errors/exit-codes.ts'
import { askVersions, cliVersionOnly, upgradeAdvice, type Versions } from '../gateway/versions.ts'
import type { Context } from '../invocation/context.ts'
import { safeJson } from '../output/safe-json.ts'
import { targetOf } from '../rack-choice/gateway-target.ts'
import { printable } from '../terminal/terminal.ts'
import { gatewayOptions } from './options/shared-options.ts'

export const command = 'version'
export const describe = 'Print the versions of this command, the gateway, and the rack.'
export const details =
  'Standard error says why a version is unknown, and whether you need to upgrade. rack-gateway --version prints only the version of this command, without a request to the gateway.'
export const examples = ['rack-gateway version', 'rack-gateway version --rack production --json']
export const builder = gatewayOptions satisfies CommandOptions

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  const versions = await findVersions(context, rack ?? null)
  if (json) context.print(safeJson(versions, 2))
  else for (const line of linesOf(versions)) context.print(line)
  for (const sentence of versions.unknown) context.note(sentence)
  const advice = upgradeAdvice(versions)
  if (advice !== null) context.note(advice)
}

async function findVersions(context: Context, rack: string | null): Promise<Versions> {
  try {
    return await askVersions(await targetOf(context, rack))
  } catch (error) {
    if (!isExpected(error)) throw error
    return cliVersionOnly(error.message)
  }
}

function linesOf({ cli, gateway, rack }: Versions): string[] {
  return [
    `rack-gateway ${cli}`,
    ...(gateway ? [`gateway ${printable(gateway.version)} (${gateway.address})`] : []),
    ...(rack ? [`rack ${printable(rack.version)} (${printable(rack.name)})`] : []),
  ]
}
