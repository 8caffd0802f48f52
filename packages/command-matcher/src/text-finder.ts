/** Finds which of many texts occur in a name, in one pass over the name, however many texts there are. */
export interface TextFinder<T> {
  /** The values whose text occurs in the name. A value can be found several times. */
  find(name: string): T[]
}

interface TextValue<T> {
  /** Not empty. */
  readonly text: string
  readonly value: T
}

const units = 65_536

/**
 * A state is the number of a beginning of a text. State 0 is the empty beginning.
 *
 * @see Aho and Corasick, "Efficient string matching: an aid to bibliographic search", 1975
 */
export function createTextFinder<T>(texts: readonly TextValue<T>[]): TextFinder<T> {
  /** The next state, by `state * units + unit`. One map needs less memory than one for each state. */
  const next = new Map<number, number>()
  /** The values whose text is the state. */
  const values: T[][] = [[]]
  /** The longest other state with which the state ends. */
  const shorter: number[] = [0]
  /** The longest other state with values with which the state ends; 0 for none. */
  const shorterWithValues: number[] = [0]

  function follow(from: number, unit: number): number {
    for (let state = from; ; state = shorter[state] ?? 0) {
      const found = next.get(state * units + unit)
      if (found !== undefined) return found
      if (state === 0) return 0
    }
  }

  /** States in the order of their lengths, because `shorter` of a state depends on shorter states. */
  function* addStates(): Generator<{ readonly state: number; readonly parent: number; readonly unit: number }> {
    let growing = texts.map(({ text, value }) => ({ text, value, state: 0 }))
    for (let at = 0; growing.length > 0; at++) {
      growing = growing.filter(({ text, value, state }) => {
        if (text.length === at) values[state]?.push(value)
        return text.length > at
      })
      for (const one of growing) {
        const [parent, unit] = [one.state, one.text.charCodeAt(at)]
        const known = next.get(parent * units + unit)
        one.state = known ?? values.push([]) - 1
        if (known !== undefined) continue
        next.set(parent * units + unit, one.state)
        yield { state: one.state, parent, unit }
      }
    }
  }
  for (const { state, parent, unit } of addStates())
    shorter[state] = parent === 0 ? 0 : follow(shorter[parent] ?? 0, unit)
  for (let state = 1; state < shorter.length; state++) {
    const one = shorter[state] ?? 0
    shorterWithValues[state] = values[one]?.length ? one : (shorterWithValues[one] ?? 0)
  }

  function find(name: string): T[] {
    const found: T[] = []
    let state = 0
    for (let at = 0; at < name.length; at++) {
      state = follow(state, name.charCodeAt(at))
      for (let one = state; one !== 0; one = shorterWithValues[one] ?? 0) found.push(...(values[one] ?? []))
    }
    return found
  }

  return { find }
}
