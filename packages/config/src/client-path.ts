import { isAbsolute, join, resolve } from 'node:path'

/** The parts of the process's environment that determine the path of the CLI's file. */
export interface ClientEnvironment {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** The home directory, as `os.homedir()` gives it. */
  readonly home: string
  readonly cwd: string
}

/**
 * The path of the CLI's file: in `RACK_GATEWAY_CONFIG_DIR`, else under `XDG_CONFIG_HOME` (only if it is absolute, as its
 * specification requires), else under `APPDATA` on Windows, else under `~/.config`.
 */
export function clientConfigPath({ env, platform, home, cwd }: ClientEnvironment): string {
  return join(directory(), 'config.json')

  function directory(): string {
    if (env.RACK_GATEWAY_CONFIG_DIR) return resolve(cwd, env.RACK_GATEWAY_CONFIG_DIR)
    if (env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME)) return join(env.XDG_CONFIG_HOME, 'rack-gateway')
    if (platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'rack-gateway')
    return join(home, '.config', 'rack-gateway')
  }
}
