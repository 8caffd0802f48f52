import { ServerEnvironment } from '../schema/server-schema.ts'

/** An absent or empty variable gets its default. Without a default, the variable is left out. */
export function knownValues(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(ServerEnvironment.properties)) {
    const value = env[name] || ('default' in type ? type.default : undefined)
    if (value !== undefined) values[name] = value
  }
  return values
}
