import { rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { preparePrivateDirectory, readPrivateFile, writePrivateFile } from '@rack-gateway/config/private-file'
import { BadSetting } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'

type SettingsContext = Pick<Context, 'env' | 'platform' | 'note'>

/** What the stock CLI needs to be logged in to a gateway. */
export interface ConsoleLogin {
  /** The host of the gateway, with the port if it is not the default one. */
  readonly host: string
  readonly token: string
  /** `<organization>/<rack>`; null keeps the current rack. */
  readonly rack: string | null
}

export function consoleSettingsDirectory({ env, platform }: Pick<SettingsContext, 'env' | 'platform'>): string {
  if (env.CONVOX_CONFIG) return env.CONVOX_CONFIG
  if (env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME)) return join(env.XDG_CONFIG_HOME, 'convox')
  const home = env.HOME || homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'convox')
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'convox')
  return join(home, '.config', 'convox')
}

/** @throws BadSetting for a file that is not a JSON object */
export function consoleTokenOf(context: SettingsContext, host: string): string | null {
  const token = readMap(context, 'auth')[host]
  return typeof token === 'string' ? token : null
}

/** Logs the stock CLI in, as `convox login` and `convox switch` do. Entries of other hosts stay. @throws BadSetting */
export function writeConsoleLogin(context: SettingsContext, { host, token, rack }: ConsoleLogin): void {
  const auth = readMap(context, 'auth')
  preparePrivateDirectory(pathOf(context, 'auth'), [])
  writeSetting(context, 'auth', JSON.stringify({ ...auth, [host]: token }, null, 2))
  writeSetting(context, 'console', host)
  if (rack === null) return
  writeSetting(context, 'current', JSON.stringify({ name: rack, type: 'console' }))
  // The setting `rack` would take precedence over `current`. `convox login` removes it, too.
  removeSetting(context, 'rack')
}

/**
 * Removes the login of a host, and keeps the logins of other hosts. Removes the current rack only if the setting
 * `console` names this host and the current rack is of the type `console`.
 *
 * @throws BadSetting
 */
export function removeConsoleLogin(context: SettingsContext, host: string): void {
  for (const name of ['auth', 'session']) {
    const { [host]: removed, ...others } = readMap(context, name)
    if (removed === undefined) continue
    if (Object.keys(others).length === 0) removeSetting(context, name)
    else writeSetting(context, name, JSON.stringify(others, null, 2))
  }
  if (readSetting(context, 'console') !== host) return
  removeSetting(context, 'console')
  removeSetting(context, 'id')
  if (readMap(context, 'current').type === 'console') removeSetting(context, 'current')
}

function readMap(context: SettingsContext, name: string): Readonly<Record<string, unknown>> {
  const text = readSetting(context, name)
  if (text === '') return {}
  const value = parseOrNull(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new BadSetting(
    `${pathOf(context, name)} is not a JSON object.`,
    'Correct or remove it, and run the command again.',
  )
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function readSetting(context: SettingsContext, name: string): string {
  const notices: string[] = []
  const text = readPrivateFile(pathOf(context, name), notices)?.trim() ?? ''
  for (const notice of notices) context.note(notice)
  return text
}

function writeSetting(context: SettingsContext, name: string, text: string): void {
  writePrivateFile(pathOf(context, name), text)
}

function removeSetting(context: SettingsContext, name: string): void {
  rmSync(pathOf(context, name), { force: true })
}

function pathOf(context: SettingsContext, name: string): string {
  return join(consoleSettingsDirectory(context), name)
}
