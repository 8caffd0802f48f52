import { statSync } from 'node:fs'
import { readClientConfig } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'

/** The racks of the configuration file; none if the environment replaces the file, or if other users can read it. */
export async function rackNames(context: Context): Promise<string[]> {
  const { env, configPath } = context
  if (env.RACK_GATEWAY_URL || env.RACK_GATEWAY_TOKEN || isReadableByOthers(context)) return []
  const { config } = await readClientConfig(configPath)
  return Object.keys(config.gateways ?? {})
}

/**
 * Whether other users can read the configuration file. Completion does not read such a file, because reading it corrects its
 * permissions and prints a note.
 */
export function isReadableByOthers({ configPath, platform }: Pick<Context, 'configPath' | 'platform'>): boolean {
  const stats = statSync(configPath, { throwIfNoEntry: false })
  return platform !== 'win32' && stats !== undefined && (stats.mode & 0o077) !== 0
}
