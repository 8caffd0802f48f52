import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type LineCounter } from 'yaml'

export interface SourcePosition {
  readonly line: number
  readonly column: number
}

type Path = readonly (string | number)[]

/** One step down from a node: where its key is written, if it has one, and what it leads to. */
interface Step {
  readonly key: number | null
  readonly node: unknown
}

/** Finds the position of a path in a YAML document, from 1: of its key, or of the nearest existing parent. */
export function createPositionFinder(document: Document, lines: LineCounter): (path: Path) => SourcePosition {
  const members = new Map<object, ReadonlyMap<string, Step>>()

  function stepFrom(node: unknown, part: string | number): Step | null {
    const held = isAlias(node) ? node.resolve(document) : node
    if (isSeq(held))
      return typeof part === 'number' && part in held.items ? { key: null, node: held.items[part] } : null
    if (!isMap(held)) return null
    const known = members.get(held) ?? membersOf(held.items)
    members.set(held, known)
    return known.get(String(part)) ?? null
  }

  return function placeOf(path) {
    let node: unknown = document.contents
    let offset = offsetOf(node) ?? 0
    for (const part of path) {
      const step = stepFrom(node, part)
      if (step === null) break
      offset = step.key ?? offsetOf(step.node) ?? offset
      node = step.node
    }
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
}

function membersOf(items: readonly unknown[]): ReadonlyMap<string, Step> {
  const found = new Map<string, Step>()
  for (const item of items) {
    if (!isPair(item) || !isScalar(item.key)) continue
    const name = String(item.key.value)
    if (!found.has(name)) found.set(name, { key: item.key.range?.[0] ?? null, node: item.value })
  }
  return found
}

function offsetOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null
}
