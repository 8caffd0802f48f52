import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'
import { noRecording } from './recordings/no-recording.ts'

export const command = 'end <id>'
export const describe = 'End a session that is being recorded.'
export const details = 'You need the role admin.'
export const examples = ["rack-gateway audit end 01a21006-6e55-7646-9171-966421143187 --reason 'the change is over'"]
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the recording, from rack-gateway audit recordings' },
  reason: { type: 'string', demandOption: true, describe: 'The reason that the session shows' },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, id, reason, yes } = args
  const target = await targetOf(context, rack)
  await confirm(context, `end the session ${id} for everyone in it`, { yes })
  const recording = await callGateway(target, 'endRecording', { id, body: { reason } }, { missing: noRecording(id) })
  context.note('The gateway is ending the session.')
  if (json) context.print(safeJson(recording, 2))
}
