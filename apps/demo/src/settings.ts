import { ServerEnvironment } from '@rack-gateway/config'

/** The variables that the demo uses from its environment, besides the racks. */
const taken = ['POLICY_FILE', 'POLICY_PACKAGES'] as const

/** Variables that are often set for other programs, so the demo doesn't report them. */
const general: ReadonlySet<string> = new Set(['HOST', 'PORT'])

/** The gateway's settings that the demo uses from its environment. */
export function takenSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(taken.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

/** The names of the gateway's settings in the environment that the demo ignores. */
export function ignoredSettings(env: NodeJS.ProcessEnv): string[] {
  const used: ReadonlySet<string> = new Set(taken)
  return Object.keys(ServerEnvironment.properties).filter(
    (name) => env[name] !== undefined && !used.has(name) && !general.has(name),
  )
}
