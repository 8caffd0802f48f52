import { ServerEnvironment } from '@rack-gateway/config'

/** What the demo takes from its environment, beside the racks. */
const taken = ['POLICY_FILE', 'POLICY_PACKAGES'] as const

/** These are often there for other programs, so they say nothing about the demo. */
const general: ReadonlySet<string> = new Set(['HOST', 'PORT'])

/** The gateway's settings that the demo takes from its environment. */
export function takenSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(taken.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

/** Names of the gateway's settings that are in the environment and that the demo does not take. */
export function ignoredSettings(env: NodeJS.ProcessEnv): string[] {
  const used: ReadonlySet<string> = new Set(taken)
  return Object.keys(ServerEnvironment.properties).filter(
    (name) => env[name] !== undefined && !used.has(name) && !general.has(name),
  )
}
