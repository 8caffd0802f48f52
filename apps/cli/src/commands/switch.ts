import { gatewayOf, readClientConfig, updateClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { unknownRack } from '../target.ts'

/** Makes a gateway of the file the current one. */
export async function switchRack(context: Context, name: string): Promise<void> {
  const { config } = await readClientConfig(context.configPath)
  if (gatewayOf(config, name) === null) throw unknownRack({ name }, { config, path: context.configPath })
  const { notices } = await updateClientConfig(context.configPath, (current) => ({ ...current, current: name }))
  for (const notice of notices) context.note(notice)
  context.print(`The current rack is ${name}.`)
}
