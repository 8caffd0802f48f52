import type { Context } from '../context.ts'
import { askVersions, ownVersionAlone, upgradeAdvice, type Versions } from '../gateway/versions.ts'
import { isExpected } from '../output/exit-codes.ts'
import { safeJson } from '../output/safe-json.ts'
import { printable } from '../output/terminal.ts'
import { targetOf } from '../target/gateway-target.ts'

/** Says which versions there are. Without a gateway it says its own, and what it couldn't ask. */
export async function versionCommand(context: Context, rack: string | null, format: 'text' | 'json'): Promise<void> {
  const versions = await known(context, rack)
  if (format === 'json') context.print(safeJson(versions, 2))
  else for (const line of linesOf(versions)) context.print(line)
  for (const sentence of versions.unknown) context.note(sentence)
  const advice = upgradeAdvice(versions)
  if (advice !== null) context.note(advice)
}

async function known(context: Context, rack: string | null): Promise<Versions> {
  try {
    return await askVersions(await targetOf(context, rack))
  } catch (error) {
    if (!isExpected(error)) throw error
    return ownVersionAlone(error.message)
  }
}

function linesOf({ cli, gateway, rack }: Versions): string[] {
  return [
    `rack-gateway ${cli}`,
    ...(gateway ? [`gateway ${printable(gateway.version)} (${gateway.address})`] : []),
    ...(rack ? [`rack ${printable(rack.version)} (${printable(rack.name)})`] : []),
  ]
}
