import { gatewayOf, readClientConfig, updateClientConfig } from '@rack-gateway/config/client'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import type { Context } from '../invocation/context.ts'
import { printOutcome } from '../output/print-outcome.ts'
import { localChoice, unknownRack } from '../rack-choice/local/target.ts'
import { printable } from '../terminal/terminal.ts'
import { jsonOption } from './options/shared-options.ts'

export const command = 'switch <name>'
export const describe = 'Choose the current rack, for all terminals without a choice of their own.'
export const details =
  'A shell can choose its own rack in GATEWAY_RACK, a directory in .convox/rack, and a command in --rack. This command does not change these choices.'
export const examples = ['rack-gateway switch production']
export const builder = {
  name: { type: 'string', demandOption: true, complete: 'rack', describe: 'Your name for the rack' },
  json: jsonOption,
} as const satisfies CommandOptions
export const progress = null

export async function handler({ context, name, json }: Arguments<typeof builder>): Promise<void> {
  await printOutcome(context, { json }, async (context) => {
    await switchRack(context, name)
    return { current: name }
  })
}

async function switchRack(context: Context, name: string): Promise<void> {
  const { config } = await readClientConfig(context.configPath)
  if (gatewayOf(config, name) === null) throw unknownRack({ name }, { config, path: context.configPath })
  const { env } = context
  const choice = env.RACK_URL?.trim()
    ? { name: 'the address in RACK_URL', source: 'which takes precedence' }
    : localChoice(context, null)
  const { notices } = await updateClientConfig(context.configPath, (current) => ({ ...current, current: name }), {
    waitMs: context.timeouts.fileLock,
  })
  for (const notice of notices) context.note(notice)
  context.print(`The current rack is ${name}.`)
  if (choice !== null && choice.name !== name)
    context.note(`Commands here still go to ${printable(choice.name)}, ${choice.source}.`)
  else if (env.RACK_GATEWAY_URL) context.note('Commands here still go to the gateway of RACK_GATEWAY_URL.')
}
