import { ServerEnvironment } from '../schema/server-schema.ts'
import { isRackVariable } from '../variables/rack-variables.ts'
import { isSecretVariable } from '../variables/secret-variables.ts'
import { isSinkVariable } from './sinks.ts'

export interface Setting {
  readonly variable: string
  /** `[secret]` for a secret; null if the variable is not set and has no default. */
  readonly value: string | null
  /** `file`: the value is the path of a file, from which the certificates come. */
  readonly source: 'environment' | 'file' | 'default' | 'unset'
}

/** Sorted by name. Contains no secrets. */
export function settingsOf(env: NodeJS.ProcessEnv): readonly Setting[] {
  const rackAndSinkVariables = Object.keys(env).filter((name) => isRackVariable(name) || isSinkVariable(name))
  const settings = [
    ...Object.entries(ServerEnvironment.properties).map(([name, type]) =>
      settingOf(name, env[name], 'default' in type ? String(type.default) : null),
    ),
    ...rackAndSinkVariables.filter((name) => env[name]).map((name) => settingOf(name, env[name], null)),
  ]
  return Object.freeze(settings.toSorted((one, other) => (one.variable < other.variable ? -1 : 1)))
}

/** An empty value counts as absent. */
function settingOf(variable: string, value: string | undefined, fallback: string | null): Setting {
  if (!value) return { variable, value: fallback, source: fallback === null ? 'unset' : 'default' }
  if (isSecretVariable(variable)) return { variable, value: '[secret]', source: 'environment' }
  if (!/^(?:RACK|AUDIT_SINK)_CA_/.test(variable))
    return { variable, value: redactCredentials(value), source: 'environment' }
  return value.includes('-----')
    ? { variable, value: 'certificates in PEM form', source: 'environment' }
    : { variable, value, source: 'file' }
}

/** A second line of defense: the checks of the variables already reject credentials in addresses. */
function redactCredentials(value: string): string {
  return value.replaceAll(/:\/\/[^/?#\s]*@/g, '://[secret]@')
}
