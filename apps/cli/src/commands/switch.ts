import { gatewayOf, readClientConfig, updateClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { printable } from '../output/terminal.ts'
import { chosenHere, unknownRack } from '../target/target.ts'

/** Makes a rack of the file the choice of every window and directory that has none of its own. */
export async function switchRack(context: Context, name: string): Promise<void> {
  const { config } = await readClientConfig(context.configPath)
  if (gatewayOf(config, name) === null) throw unknownRack({ name }, { config, path: context.configPath })
  const { env } = context
  const here = env.RACK_URL?.trim() ? { name: 'its address', from: 'by RACK_URL' } : chosenHere(context, null)
  const { notices } = await updateClientConfig(context.configPath, (current) => ({ ...current, current: name }), {
    waitMs: context.timeouts.fileLock,
  })
  for (const notice of notices) context.note(notice)
  context.print(`The current rack is ${name}.`)
  if (here !== null && here.name !== name)
    context.note(`commands here still go to ${printable(here.name)}, ${here.from}`)
  else if (env.RACK_GATEWAY_URL) context.note('commands here still go to the gateway of RACK_GATEWAY_URL')
}
