import { collectNamed, hasPrefix, type NamedKind, type NamedVariables } from './named-variables.ts'

export const rackPrefixes = ['RACK_CA_', 'RACK_TLS_INSECURE_', 'RACK_TLS_PIN_', 'RACK_TOKEN_', 'RACK_URL_'] as const

const racks: NamedKind = { prefixes: rackPrefixes, noun: 'rack', example: 'STAGING' }

export function isRackVariable(variable: string): boolean {
  return hasPrefix(racks, variable)
}

export function collectRackVariables(env: NodeJS.ProcessEnv, problems: string[]): Map<string, NamedVariables> {
  return collectNamed(racks, env, problems)
}

/** The rack's name as the variable spells it, such as `US_EAST`. */
export function rackVariableSuffix(variable: string): string {
  const prefix = rackPrefixes.find((candidate) => variable.startsWith(candidate)) ?? ''
  return variable.slice(prefix.length)
}
