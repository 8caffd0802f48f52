import { ServerEnvironment } from '@rack-gateway/config'

/** The gateway settings that the demo forwards, in addition to the racks. */
const forwardedNames = ['POLICY_FILE', 'POLICY_PACKAGES'] as const

/** Names that are often set for other programs, so the demo does not warn about them. */
const commonNames: ReadonlySet<string> = new Set(['HOST', 'PORT'])

export function forwardedSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(forwardedNames.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

export function ignoredSettings(env: NodeJS.ProcessEnv): string[] {
  const used: ReadonlySet<string> = new Set(forwardedNames)
  return Object.keys(ServerEnvironment.properties).filter(
    (name) => env[name] !== undefined && !used.has(name) && !commonNames.has(name),
  )
}
