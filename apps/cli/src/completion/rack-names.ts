import { statSync } from 'node:fs'
import { readClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'

/** The racks of the file. None while the environment stands in for it: only the gateway could say. */
export async function rackNames(context: Context): Promise<string[]> {
  const { env, configPath } = context
  if (env.RACK_GATEWAY_URL || env.RACK_GATEWAY_TOKEN || isReadableByOthers(context)) return []
  const { config } = await readClientConfig(configPath)
  return Object.keys(config.gateways ?? {})
}

/** Such a file is put right by the next command that can say so: completion says nothing. */
export function isReadableByOthers({ configPath, platform }: Pick<Context, 'configPath' | 'platform'>): boolean {
  const stats = statSync(configPath, { throwIfNoEntry: false })
  return platform !== 'win32' && stats !== undefined && (stats.mode & 0o077) !== 0
}
