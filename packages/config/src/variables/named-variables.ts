/** The variables of one rack or sink. Both maps have keys such as `RACK_URL`, without the name of the rack. */
export interface NamedVariables {
  readonly values: Record<string, string>
  /** The full names, such as `RACK_URL_STAGING`. */
  readonly variables: Record<string, string>
}

/** Racks or sinks, whose variables end with the name of the rack or sink. */
export interface NamedKind {
  /** Each ends with `_`. None is the beginning of another. */
  readonly prefixes: readonly string[]
  /** The name of the kind in messages, such as `rack`. */
  readonly noun: string
  /** The name of a rack or sink as an example in messages, such as `STAGING`. */
  readonly example: string
}

export function hasPrefix({ prefixes }: NamedKind, variable: string): boolean {
  return prefixes.some((prefix) => variable.startsWith(prefix))
}

/** Groups the variables by name. Adds a sentence to `problems` for each invalid or duplicate name. */
export function collectNamed(kind: NamedKind, env: NodeJS.ProcessEnv, problems: string[]): Map<string, NamedVariables> {
  const found = new Map<string, NamedVariables>()
  for (const [variable, value] of Object.entries(env)) {
    const prefix = kind.prefixes.find((candidate) => variable.startsWith(candidate))
    if (prefix === undefined || value === undefined) continue
    const name = variable.slice(prefix.length).toLowerCase().replaceAll('_', '-')
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
      problems.push(
        `${variable} does not end in the name of a ${kind.noun}; it should be letters, digits, and _, such as ${prefix}${kind.example}`,
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

/** The full name of a variable. Its suffix has the same letter case as in the other variables of the same rack or sink. */
export function variableOf({ prefixes }: NamedKind, { variables }: NamedVariables, property: string): string {
  const [other = ''] = Object.values(variables)
  const prefix = prefixes.find((candidate) => other.startsWith(candidate)) ?? ''
  return variables[property] ?? `${property}_${other.slice(prefix.length)}`
}
