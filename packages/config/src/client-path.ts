import { isAbsolute, join, resolve } from 'node:path'

/** Where the process stands. */
export interface ClientPlace {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** The home directory, as `os.homedir()` gives it. */
  readonly home: string
  readonly cwd: string
}

/**
 * The CLI's file: in `RACK_GATEWAY_CONFIG_DIR`, else under `XDG_CONFIG_HOME` (absolute, as its specification asks),
 * else on Windows under `APPDATA`, else under `~/.config`.
 */
export function clientConfigPath({ env, platform, home, cwd }: ClientPlace): string {
  return join(directory(), 'config.json')

  function directory(): string {
    if (env.RACK_GATEWAY_CONFIG_DIR) return resolve(cwd, env.RACK_GATEWAY_CONFIG_DIR)
    if (env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME)) return join(env.XDG_CONFIG_HOME, 'rack-gateway')
    if (platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'rack-gateway')
    return join(home, '.config', 'rack-gateway')
  }
}
