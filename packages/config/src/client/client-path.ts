import { isAbsolute, join, resolve } from 'node:path'

export interface ClientEnvironment {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** As `os.homedir()` returns it. */
  readonly home: string
  readonly cwd: string
}

/** Ignores a relative `XDG_CONFIG_HOME`, as the XDG Base Directory Specification requires. */
export function clientConfigPath({ env, platform, home, cwd }: ClientEnvironment): string {
  return join(directory(), 'config.json')

  function directory(): string {
    if (env.RACK_GATEWAY_CONFIG_DIR) return resolve(cwd, env.RACK_GATEWAY_CONFIG_DIR)
    if (env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME)) return join(env.XDG_CONFIG_HOME, 'rack-gateway')
    if (platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'rack-gateway')
    return join(home, '.config', 'rack-gateway')
  }
}
