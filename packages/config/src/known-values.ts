import { ServerEnvironment } from './server-schema.ts'

/** The values of the gateway's own variables. An absent or empty one gets its default. Without a default, it is left out. */
export function knownValues(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(ServerEnvironment.properties)) {
    const value = env[name] || ('default' in type ? type.default : undefined)
    if (value !== undefined) values[name] = value
  }
  return values
}
