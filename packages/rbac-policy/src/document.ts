import { type Problem, shown } from '@rack-gateway/command-matcher'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { builtInText } from './built-in.ts'
import { documentProblems } from './document-check.ts'
import { type Place, placeOf } from './document-places.ts'
import { WrittenPolicy } from './document-schema.ts'
import { mergedPolicy } from './merged-policy.ts'
import type { PolicyDocument } from './policy-document.ts'

export { builtInText } from './built-in.ts'
export { WrittenPolicy } from './document-schema.ts'

/** Something that is wrong with a file, and where. */
export interface PolicyProblem extends Place {
  /** A sentence without its full stop. */
  readonly text: string
}

export type PolicyReading =
  | { readonly document: PolicyDocument; readonly problems: readonly [] }
  | { readonly document: null; readonly problems: readonly [PolicyProblem, ...PolicyProblem[]] }

const longestText = 1024 * 1024
const mostProblems = 50

/**
 * Reads a policy document. What it leaves out is as in the built-in policy: a section that it has takes the place of the built-in one,
 * but roles and blocked operations are added to it, and one of the same name takes the place of that one.
 *
 * @param text YAML 1.2
 * @param source what it is called in problems and decisions, such as `policy.yaml`
 * @returns every problem that was found, with its line and column (from 1), instead of a document
 */
export function readPolicy(text: string, source: string): PolicyReading {
  return readOver(builtInPolicy(), text, source)
}

const texts = new WeakMap<PolicyDocument, string>()

/** The text that a document was read from; null for one that was made otherwise. */
export function textOf(document: PolicyDocument): string | null {
  return texts.get(document) ?? null
}

let builtIn: PolicyDocument | null = null

/** The policy that holds without a document. */
export function builtInPolicy(): PolicyDocument {
  if (builtIn !== null) return builtIn
  const { document, problems } = readOver(null, builtInText, 'built-in')
  if (document === null) throw new Error(`the built-in policy: ${problems.map(({ text }) => text).join('; ')}`)
  builtIn = document
  return document
}

function readOver(base: PolicyDocument | null, text: string, source: string): PolicyReading {
  if (text.length > longestText) return failed([{ line: 1, column: 1, text: 'it is longer than 1 MiB' }])
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  const at = (path: readonly (string | number)[]) => placeOf(yaml, lines, path)
  if (yaml.errors.length > 0) {
    return failed(
      yaml.errors.map(({ message, pos }) => {
        const { line, col } = lines.linePos(pos[0])
        return { line, column: col, text: shown(message) }
      }),
    )
  }
  const value = plainValue(yaml)
  const misfits = Value.Errors(WrittenPolicy, value).flatMap(({ keyword, instancePath, params }) =>
    misfitOf(keyword, pathOf(instancePath), params),
  )
  if (misfits.length > 0) return failed(misfits.map((problem) => ({ ...at(problem.at), text: problem.text })))

  const { document, problems } = mergedPolicy(base, value as WrittenPolicy, {
    name: source,
    lineOf: (path) => `${source}:${at(path).line}`,
  })
  const all = [...problems, ...(problems.length > 0 ? [] : documentProblems(document))]
  if (all.length > 0) return failed(all.map((problem) => ({ ...at(problem.at), text: problem.text })))
  texts.set(document, text)
  return { document, problems: [] }
}

/** Aliases that multiply are an error of the document, not of the process. */
function plainValue(yaml: Document): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 100 }) ?? {}
  } catch {
    return null
  }
}

function misfitOf(keyword: string, path: readonly (string | number)[], params: unknown): Problem[] {
  const where = path.length === 0 ? 'the document' : path.map((part) => shown(String(part))).join('.')
  if (keyword === 'additionalProperties') return []
  if (keyword === 'required') {
    const { requiredProperties = [] } = params as { readonly requiredProperties?: readonly string[] }
    return requiredProperties.map((name) => ({
      at: path,
      text: `${where} has no ${name}; it should be ${described([...path, name])}`,
    }))
  }
  const known = schemaAt(path)
  if (known === null) return [{ at: path, text: `${where} is not known here` }]
  return [{ at: path, text: `${where} should be ${described(path)}` }]
}

function described(path: readonly (string | number)[]): string {
  const schema = schemaAt(path)
  return schema !== null && 'description' in schema ? String(schema.description) : 'left out'
}

/** The part of the schema that a path leads to; null where it leads nowhere. */
function schemaAt(path: readonly (string | number)[]): TSchema | null {
  let schema: unknown = WrittenPolicy
  for (const part of path) schema = childOf(schema as Record<string, unknown>, part)
  return (schema ?? null) as TSchema | null
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

function failed(problems: readonly PolicyProblem[]): PolicyReading {
  const sorted = problems.toSorted((one, other) => one.line - other.line || one.column - other.column)
  const [first = { line: 1, column: 1, text: 'it could not be read' }, ...more] = sorted.slice(0, mostProblems)
  return { document: null, problems: [first, ...more] }
}
