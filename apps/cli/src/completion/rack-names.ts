import { statSync } from 'node:fs'
import { readClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../invocation/context.ts'

/** Empty if the environment replaces the configuration file, or if other users can read the file. */
export async function rackNames(context: Context): Promise<string[]> {
  const { env, configPath } = context
  if (env.RACK_GATEWAY_URL || env.RACK_GATEWAY_TOKEN || isReadableByOthers(context)) return []
  const { config } = await readClientConfig(configPath)
  return Object.keys(config.gateways ?? {})
}

/**
 * Completion does not read a file that other users can read. Reading would correct the permissions, and completion
 * cannot show the notice about the correction.
 */
export function isReadableByOthers({ configPath, platform }: Pick<Context, 'configPath' | 'platform'>): boolean {
  const stats = statSync(configPath, { throwIfNoEntry: false })
  return platform !== 'win32' && stats !== undefined && (stats.mode & 0o077) !== 0
}
