import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { nearest } from '@rack-gateway/errors/nearest'
import type { Static, TSchema } from 'typebox'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { createPositionFinder, type SourcePosition } from './source-positions.ts'

export interface FileProblem extends SourcePosition {
  /** A sentence without its full stop. */
  readonly text: string
}

/** Problems in order of position, at most 1,000. If some are left out, the last problem says how many. */
export type FileProblems = readonly [FileProblem, ...FileProblem[]]

export type ParsedYaml<T> =
  | {
      readonly value: T
      positionOf(path: Problem['at']): SourcePosition
      withPositions(problems: readonly Problem[]): FileProblems
    }
  | { readonly value: null; readonly problems: FileProblems }

const maxLength = 1024 * 1024
const maxProblems = 1_000
const maxAliases = 100

/**
 * Reads YAML 1.2 and checks it with a schema. Each `description` in the schema completes a message with "should be …".
 *
 * @returns the value, or problems with line and column (from 1): all syntax errors or, without any, all
 *   schema errors
 */
export function parseYaml<S extends TSchema>(text: string, schema: S, what: string): ParsedYaml<Static<S>> {
  if (text.length > maxLength) return unreadableFile([{ line: 1, column: 1, text: 'it is longer than 1 MiB' }])
  const lines = new LineCounter()
  // The library would compare each key of a map with all others. `duplicateKeys` finds duplicates faster.
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', uniqueKeys: false })
  const unreadable = [
    ...yaml.errors.map(({ message, pos }) => ({ offset: pos[0], text: inMessage(message) })),
    ...duplicateKeys(yaml),
  ]
  if (unreadable.length > 0) {
    return unreadableFile(
      unreadable.map(({ offset, text: problem }) => {
        const { line, col } = lines.linePos(offset)
        return { line, column: col, text: problem }
      }),
    )
  }
  const plain = toPlainValue(yaml)
  if (plain === null) return unreadableFile([{ line: 1, column: 1, text: 'its aliases expand to too much' }])
  const positionOf = createPositionFinder(yaml, lines)
  const withPositions = (problems: readonly Problem[]) =>
    sortAndLimit(problems.map((problem) => ({ ...positionOf(problem.at), text: problem.text })))
  const invalid = schemaProblems(schema, plain.value, what)
  if (invalid.length > 0) return { value: null, problems: withPositions(invalid) }
  return { value: plain.value as Static<S>, positionOf, withPositions }
}

function unreadableFile(problems: readonly FileProblem[]): { value: null; problems: FileProblems } {
  return { value: null, problems: sortAndLimit(problems) }
}

function sortAndLimit(problems: readonly FileProblem[]): FileProblems {
  const all = problems.toSorted((one, other) => one.line - other.line || one.column - other.column)
  const omitted = all.length - (maxProblems - 1)
  const cut = all[maxProblems - 1]
  const shortened =
    omitted < 2 || cut === undefined
      ? all
      : [...all.slice(0, maxProblems - 1), { ...cut, text: `and ${omitted} more problems from here on` }]
  const [first = { line: 1, column: 1, text: 'it could not be read' }, ...rest] = shortened
  return [first, ...rest]
}

function duplicateKeys(yaml: Document): { readonly offset: number; readonly text: string }[] {
  const found: { readonly offset: number; readonly text: string }[] = []
  visit(yaml, {
    Map(_, { items }) {
      const seen = new Set<string>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        if (seen.has(name))
          found.push({ offset: key.range?.[0] ?? 0, text: `the key "${inMessage(name)}" exists twice` })
        seen.add(name)
      }
    },
  })
  return found
}

/** Null if the aliases expand beyond the limit. */
function toPlainValue(yaml: Document): { readonly value: unknown } | null {
  try {
    return { value: yaml.toJS({ maxAliasCount: maxAliases }) ?? {} }
  } catch {
    return null
  }
}

function schemaProblems(schema: TSchema, value: unknown, what: string): Problem[] {
  return allErrors(schema, value).flatMap(({ keyword, instancePath, params }) => {
    const path = pathOf(instancePath)
    const where = path.length === 0 ? what : path.map((part) => inMessage(String(part))).join('.')
    if (keyword === 'additionalProperties') return []
    if (keyword === 'required') {
      const { requiredProperties = [] } = params as { readonly requiredProperties?: readonly string[] }
      return requiredProperties.map((name) => ({
        at: path,
        text: `${where} has no ${name}; it should be ${describe(schema, [...path, name])}`,
      }))
    }
    if (keyword === 'minItems') return [{ at: path, text: `${where} is empty, so it would match nothing` }]
    if (schemaAt(schema, path) === null)
      return [{ at: path, text: `${where} is not known here${suggestion(schema, path)}` }]
    return [{ at: path, text: `${where} should be ${describe(schema, path)}` }]
  })
}

/** Such as `: did you mean roles?`; empty if no field has a similar name. */
function suggestion(schema: TSchema, path: Problem['at']): string {
  const parent = schemaAt(schema, path.slice(0, -1))
  const fields = parent !== null && 'properties' in parent ? Object.keys(parent.properties as object) : []
  const near = nearest(String(path.at(-1)), fields)
  return near === null ? '' : `: did you mean ${near}?`
}

/** Raises the limit of the library, which is eight errors. */
function allErrors(schema: TSchema, value: unknown) {
  const { maxErrors } = Settings.Get()
  Settings.Set({ maxErrors: 10 * maxProblems })
  try {
    return Value.Errors(schema, value)
  } finally {
    Settings.Set({ maxErrors })
  }
}

function describe(schema: TSchema, path: Problem['at']): string {
  const part = schemaAt(schema, path)
  return part !== null && 'description' in part ? String(part.description) : 'left out'
}

function schemaAt(schema: TSchema, path: Problem['at']): TSchema | null {
  let part: unknown = schema
  for (const name of path) part = childOf(part as Record<string, unknown>, name)
  return (part ?? null) as TSchema | null
}

function childOf(schema: Record<string, unknown> | null | undefined, part: string | number): unknown {
  if (!schema) return null
  const { properties, patternProperties, items } = schema as {
    readonly properties?: Record<string, unknown>
    readonly patternProperties?: Record<string, unknown>
    readonly items?: unknown
  }
  if (items !== undefined) return items
  if (patternProperties !== undefined) return Object.values(patternProperties)[0]
  return properties !== undefined && Object.hasOwn(properties, part) ? properties[part] : null
}

/** @see RFC 6901 */
function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^(0|[1-9]\d*)$/.test(part) ? Number(part) : part))
}
