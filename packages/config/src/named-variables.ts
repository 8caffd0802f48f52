/** What the environment says of one rack or sink: values and the variables' full names, both by the name without its own. */
export interface NamedVariables {
  readonly values: Record<string, string>
  readonly variables: Record<string, string>
}

export interface NamedKind {
  /** With `_` at their ends; none is the beginning of another. */
  readonly prefixes: readonly string[]
  /** As sentences name it. */
  readonly noun: string
  readonly example: string
}

export function hasPrefix({ prefixes }: NamedKind, variable: string): boolean {
  return prefixes.some((prefix) => variable.startsWith(prefix))
}

/** By name. What has none, or one twice, is added to `problems`. */
export function collectNamed(kind: NamedKind, env: NodeJS.ProcessEnv, problems: string[]): Map<string, NamedVariables> {
  const found = new Map<string, NamedVariables>()
  for (const [variable, value] of Object.entries(env)) {
    const prefix = kind.prefixes.find((candidate) => variable.startsWith(candidate))
    if (prefix === undefined || value === undefined) continue
    const name = variable.slice(prefix.length).toLowerCase().replaceAll('_', '-')
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
      problems.push(
        `${variable} does not end in the name of a ${kind.noun}; it should be letters, digits and _, such as ${prefix}${kind.example}`,
      )
      continue
    }
    const property = prefix.slice(0, -1)
    const named = found.get(name) ?? { values: {}, variables: {} }
    const earlier = named.variables[property]
    if (earlier === undefined) {
      named.variables[property] = variable
      named.values[property] = value
    } else problems.push(`${earlier} and ${variable} are the same ${kind.noun}, ${name}; keep one of them`)
    found.set(name, named)
  }
  return found
}

/** The full name of a variable, as the others of the same name spell it. */
export function variableOf({ prefixes }: NamedKind, { variables }: NamedVariables, property: string): string {
  const [other = ''] = Object.values(variables)
  const prefix = prefixes.find((candidate) => other.startsWith(candidate)) ?? ''
  return variables[property] ?? `${property}_${other.slice(prefix.length)}`
}
