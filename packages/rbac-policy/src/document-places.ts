import { type Document, isNode, isPair, isScalar, type LineCounter, type Node } from 'yaml'

export interface Place {
  readonly line: number
  readonly column: number
}

type Path = readonly (string | number)[]

/** Where a path of a YAML document is written: the key, for what has one; else the nearest that there is. */
export function placeOf(document: Document, lines: LineCounter, path: Path): Place {
  const range = keyRange(document, path) ?? nodeRange(document, path) ?? (path.length > 0 ? null : 0)
  if (range === null) return placeOf(document, lines, path.slice(0, -1))
  const { line, col } = lines.linePos(range)
  return { line, column: col }
}

function keyRange(document: Document, path: Path): number | null {
  const key = path.at(-1)
  const parent = document.getIn(path.slice(0, -1), true)
  if (key === undefined || !hasItems(parent)) return null
  for (const item of parent.items) {
    if (isPair(item) && isScalar(item.key) && String(item.key.value) === String(key)) return item.key.range?.[0] ?? null
  }
  return null
}

function nodeRange(document: Document, path: Path): number | null {
  const node: unknown = document.getIn(path, true)
  return isNode(node) ? ((node as Node).range?.[0] ?? null) : null
}

function hasItems(node: unknown): node is { readonly items: readonly unknown[] } {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)
}
