import { type ClientConfig, credentialOf, readClientConfig } from '@rack-gateway/config/client'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { cachedObserving } from '../convox/precheck/cached-observing.ts'
import type { Context } from '../invocation/context.ts'
import { safeJson } from '../output/safe-json.ts'
import { table } from '../output/table.ts'
import { currentOf, localChoice } from '../rack-choice/local/target.ts'
import type { RackRow } from '../rack-choice/rack-row.ts'
import { printable } from '../terminal/terminal.ts'
import { expiryOf } from '../token/expiry.ts'
import { jsonOption } from './options/shared-options.ts'

export const command = 'racks'
export const describe = 'List the racks that you have names for.'
export const examples = ['rack-gateway racks', 'rack-gateway racks --json']
export const builder = { json: jsonOption } as const satisfies CommandOptions
export const progress = null

export async function handler({ context, json }: Arguments<typeof builder>): Promise<void> {
  const { env } = context
  const automation = env.RACK_GATEWAY_URL || env.RACK_GATEWAY_TOKEN
  const rows = automation
    ? await (await import('../rack-choice/automation-racks.ts')).automationRacks(context)
    : await racksOfFile(context)
  if (json) context.print(safeJson(rows, 2))
  else if (rows.length === 0) context.note('You have no names for racks yet. Log in with: rack-gateway login NAME URL')
  else for (const line of linesOf(context, rows)) context.print(line)
}

async function racksOfFile(context: Context): Promise<RackRow[]> {
  const { config, notices } = await readClientConfig(context.configPath)
  for (const notice of notices) context.note(notice)
  const current = currentOf(config)?.name
  const choice = localChoice(context, null)
  if (choice !== null && choice.name !== current)
    context.note(
      `Commands here go to ${printable(choice.name)}, ${choice.source}. Elsewhere they go to ${printable(current ?? 'none')}.`,
    )
  return Object.entries(config.gateways ?? {}).map(([name, { url, rack }]) => ({
    name,
    current: name === current,
    chosen: name === (choice?.name ?? current),
    url,
    rack: rack ?? name,
    ...credentialFields(config, name),
    observing: cachedObserving(context, { url, rack: rack ?? name }),
  }))
}

function credentialFields(config: ClientConfig, name: string) {
  const credential = credentialOf(config, name)
  if (credential === null) return { email: null, loggedIn: false, expiresAt: null, token: null, keptIn: null } as const
  const { entry, slot } = credential
  return {
    email: entry.email ?? null,
    loggedIn: true,
    expiresAt: entry.expires_at ?? null,
    token: slot.kind === 'session' ? 'shared' : 'own',
    keptIn: entry.kept_in ?? 'file',
  } as const
}

function linesOf(context: Context, rows: readonly RackRow[]): string[] {
  const isAnyObserved = rows.some(({ observing }) => observing !== null)
  const lines = rows.map((row) => [
    row.chosen ? '*' : '',
    row.name,
    row.url,
    row.rack,
    row.email ?? '',
    tokenState(row, context.now),
    ...(isAnyObserved ? [policyState(row)] : []),
  ])
  const headings = ['', 'NAME', 'GATEWAY', 'RACK', 'USER', 'TOKEN', ...(isAnyObserved ? ['POLICY'] : [])]
  return table(context, headings, lines)
}

function policyState({ observing }: RackRow): string {
  return observing === null ? '' : `observe mode until ${observing.until}`
}

function tokenState({ loggedIn, expiresAt }: RackRow, now: number): string {
  if (!loggedIn) return 'not logged in'
  const expiry = expiryOf(expiresAt ?? undefined, now)
  return expiry.state === 'unknown' ? 'unknown expiry' : expiry.words
}
