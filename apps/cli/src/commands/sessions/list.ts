import { Session } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { expiryText, minuteText } from '../../output/binding-text.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { listSessions } from '../../session/own-sessions.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'list'
export const describe = 'List your sessions that have not expired.'
export const examples = ['rack-gateway sessions', 'rack-gateway sessions list --rack production --json']
export const builder = gatewayOptions satisfies CommandOptions

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  const all = await listSessions(await targetOf(context, rack))
  const live = all.filter(({ endedAt, expiresAt }) => endedAt === null && Date.parse(expiresAt) > context.now)
  if (json) return printJsonList(context, Session, live)
  printTable(
    context,
    ['', 'ID', 'DEVICE', 'RACK', 'LAST USED (UTC)', 'FROM', 'EXPIRES'],
    live.map((one) => cellsOf(one, context.now)),
    'You have no session.',
  )
}

function cellsOf({ current, id, device, rack, lastUsedAt, lastUsedFrom, expiresAt }: Session, now: number): string[] {
  const used = lastUsedAt === null ? 'not yet' : minuteText(lastUsedAt)
  return [current ? '*' : '', id, device, rack ?? 'every rack', used, lastUsedFrom ?? '', expiryText(expiresAt, now)]
}
