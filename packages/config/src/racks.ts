import { Value } from 'typebox/value'
import { nearest } from './nearest.ts'
import { problemsOf } from './problems.ts'
import { Secret } from './secret.ts'
import { RackEnvironment } from './server-schema.ts'

/** One rack of the environment. The same as the registry's settings, with the password wrapped. */
export interface RackConfig {
  readonly name: string
  readonly url: URL
  readonly token: Secret
  readonly tlsInsecure: boolean
}

export const rackPrefixes = ['RACK_TLS_INSECURE_', 'RACK_TOKEN_', 'RACK_URL_'] as const

interface RackVariables {
  readonly values: Record<string, string>
  readonly variables: Record<string, string>
}

/**
 * Racks by name, in the order of their names.
 *
 * `RACK_URL_US_EAST` is the rack `us-east`. What is wrong is added to `problems`; the racks are complete only if nothing was.
 */
export function readRacks(env: NodeJS.ProcessEnv, problems: string[]): RackConfig[] {
  const found = collectRackVariables(env, problems)
  const racks: RackConfig[] = []
  for (const [name, { values, variables }] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (Value.Check(RackEnvironment, values)) {
      racks.push(
        Object.freeze({
          name,
          url: new URL(values.RACK_URL),
          token: new Secret(values.RACK_TOKEN),
          tlsInsecure: values.RACK_TLS_INSECURE === 'true',
        }),
      )
      continue
    }
    const suffix = Object.values(variables).map(suffixOf)[0] ?? ''
    const variable = (property: string) => variables[property] ?? `${property}_${suffix}`
    problems.push(
      ...problemsOf(RackEnvironment, values, { variable, missing: (property) => hint(variable(property), env, found) }),
    )
  }
  if (found.size === 0)
    problems.push(
      'no rack is configured; set RACK_URL_<NAME> and RACK_TOKEN_<NAME>, such as RACK_URL_STAGING=https://api.staging.convox.cloud and RACK_TOKEN_STAGING',
    )
  return racks
}

/** Whether a name in the environment is one of a rack's variables. */
export function isRackVariable(variable: string): boolean {
  return rackPrefixes.some((prefix) => variable.startsWith(prefix))
}

function collectRackVariables(env: NodeJS.ProcessEnv, problems: string[]): Map<string, RackVariables> {
  const found = new Map<string, RackVariables>()
  for (const [variable, value] of Object.entries(env)) {
    const prefix = rackPrefixes.find((candidate) => variable.startsWith(candidate))
    if (prefix === undefined || value === undefined) continue
    const name = variable.slice(prefix.length).toLowerCase().replaceAll('_', '-')
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
      problems.push(
        `${variable} does not end in the name of a rack; it should be letters, digits and _, such as ${prefix}STAGING`,
      )
      continue
    }
    const property = prefix.slice(0, -1)
    const rack = found.get(name) ?? { values: {}, variables: {} }
    const earlier = rack.variables[property]
    if (earlier === undefined) {
      rack.variables[property] = variable
      rack.values[property] = value
    } else problems.push(`${earlier} and ${variable} are the same rack, ${name}; keep one of them`)
    found.set(name, rack)
  }
  return found
}

function suffixOf(variable: string): string {
  const prefix = rackPrefixes.find((candidate) => variable.startsWith(candidate)) ?? ''
  return variable.slice(prefix.length)
}

/** Names a variable that was perhaps meant: one that is near, and that belongs to no complete rack. */
function hint(wanted: string, env: NodeJS.ProcessEnv, found: ReadonlyMap<string, RackVariables>): string {
  const complete = [...found.values()].filter(({ values }) => Value.Check(RackEnvironment, values))
  const taken = new Set(complete.flatMap(({ variables }) => Object.values(variables)))
  const sameKind = rackPrefixes.find((prefix) => wanted.startsWith(prefix))
  const candidates = Object.keys(env).filter(
    (name) =>
      !taken.has(name) &&
      name !== 'RACK_URL' &&
      (!isRackVariable(name) || (sameKind !== undefined && name.startsWith(sameKind))),
  )
  const near = nearest(wanted, candidates)
  return near === null ? '' : ` (is ${near} a misspelling of it?)`
}
