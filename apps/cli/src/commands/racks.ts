import { readClientConfig, tokenOf } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { expiryOf } from '../expiry.ts'
import { safeJson } from '../safe-json.ts'
import { table } from '../table.ts'

/** Lists the gateways of the file, the current one marked; never a token. */
export async function racks(context: Context, { format }: { readonly format: 'table' | 'json' }): Promise<void> {
  const { config, notices } = await readClientConfig(context.configPath)
  for (const notice of notices) context.note(notice)
  const entries = Object.entries(config.gateways ?? {})
  const current = config.current ?? (entries.length === 1 ? entries[0]?.[0] : undefined)
  const rows = entries.map(([name, { url, rack }]) => {
    const token = tokenOf(config, name)
    return {
      name,
      current: name === current,
      url,
      rack: rack ?? null,
      email: token?.email ?? null,
      loggedIn: token !== null,
      expiresAt: token?.expires_at ?? null,
    }
  })

  if (format === 'json') context.print(safeJson(rows, 2))
  else if (rows.length === 0) context.note('no gateways yet: rack-gateway login NAME URL')
  else {
    const lines = rows.map((row) => [
      row.current ? '*' : '',
      row.name,
      row.url,
      row.rack ?? '',
      row.email ?? '',
      standing(row, context.now),
    ])
    for (const line of table(context, ['', 'NAME', 'GATEWAY', 'RACK', 'USER', 'TOKEN'], lines)) context.print(line)
  }
}

function standing({ loggedIn, expiresAt }: { loggedIn: boolean; expiresAt: string | null }, now: number): string {
  if (!loggedIn) return 'not logged in'
  const expiry = expiryOf(expiresAt ?? undefined, now)
  return expiry.state === 'unknown' ? 'end not known' : expiry.words
}
