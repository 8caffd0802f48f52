import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, reasonOption } from '../options/shared-options.ts'
import { shownTime } from './events/times.ts'

export const command = 'acknowledge <id>'
export const describe = 'Acknowledge an alarm, with its cause and what was done.'
export const details = 'You need the role admin. Readiness stops reporting the alarm. The audit log keeps it.'
export const examples = [
  "rack-gateway audit acknowledge 01a21006-6e55-7646-9171-966421143187 --reason 'restored from the backup of Monday'",
]
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the alarm, from rack-gateway audit alarms' },
  reason: { ...reasonOption, demandOption: true },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, reason, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const id = args.id.toLowerCase()
  const alarm = await callGateway(target, 'acknowledgeAlarm', { id, body: { reason } })
  if (json) return context.print(safeJson(alarm, 2))
  const { acknowledged } = alarm
  const byWhom =
    acknowledged === null ? '' : `, by ${printable(acknowledged.by)} at ${shownTime(acknowledged.at, 'utc')}`
  context.note(
    acknowledged?.reason === reason
      ? `The alarm is acknowledged${byWhom}. Readiness stops reporting it within seconds.`
      : `The alarm was acknowledged before${byWhom}, so nothing has changed. List the alarms with: rack-gateway audit alarms`,
  )
}
