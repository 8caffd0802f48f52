import { ServerEnvironment } from './server-schema.ts'

/** The variables that the gateway reads. Those that are absent or empty have their defaults. */
export function knownValues(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(ServerEnvironment.properties)) {
    const value = env[name] || ('default' in type ? type.default : undefined)
    if (value !== undefined) values[name] = value
  }
  return values
}
