export const rackPrefixes = ['RACK_CA_', 'RACK_TLS_INSECURE_', 'RACK_TLS_PIN_', 'RACK_TOKEN_', 'RACK_URL_'] as const

/** What the environment says of one rack: values and the variables' full names, both by the name without the rack's. */
export interface RackVariables {
  readonly values: Record<string, string>
  readonly variables: Record<string, string>
}

/** Whether a name in the environment is one of a rack's variables. */
export function isRackVariable(variable: string): boolean {
  return rackPrefixes.some((prefix) => variable.startsWith(prefix))
}

/** By the rack's name. What names no rack, or one twice, is added to `problems`. */
export function collectRackVariables(env: NodeJS.ProcessEnv, problems: string[]): Map<string, RackVariables> {
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

/** The rack's name as a variable spells it. */
export function suffixOf(variable: string): string {
  const prefix = rackPrefixes.find((candidate) => variable.startsWith(candidate)) ?? ''
  return variable.slice(prefix.length)
}
