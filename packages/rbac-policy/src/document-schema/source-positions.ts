import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type LineCounter } from 'yaml'

export interface SourcePosition {
  readonly line: number
  readonly column: number
}

type Path = readonly (string | number)[]

/** A child of a node, and the offset of its key if it has one. */
interface Step {
  readonly key: number | null
  readonly node: unknown
}

/**
 * Returns a function that finds the line and column (from 1) of a path in a YAML document. For a missing path, it finds
 * the nearest parent that exists.
 */
export function createPositionFinder(document: Document, lines: LineCounter): (path: Path) => SourcePosition {
  const members = new Map<object, ReadonlyMap<string, Step>>()

  function stepFrom(node: unknown, part: string | number): Step | null {
    const target = isAlias(node) ? node.resolve(document) : node
    if (isSeq(target))
      return typeof part === 'number' && part in target.items ? { key: null, node: target.items[part] } : null
    if (!isMap(target)) return null
    const known = members.get(target) ?? membersOf(target.items)
    members.set(target, known)
    return known.get(String(part)) ?? null
  }

  return function findPosition(path) {
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
