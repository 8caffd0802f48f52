import { readFileSync } from 'node:fs'
import { parseSync } from 'vite'
import { filesBelow, shortName } from '../../support/documents.ts'
import { workspace } from './modules.ts'

/** A text that the product shows, and the place in the code that writes it. `…` stands for a value. */
interface SourceText {
  readonly file: string
  readonly line: number
  /** The code of an error, or the name of the function, property, or element. */
  readonly label: string
  readonly text: string
}

/** Their texts are listed even if they are short. */
const shownNames = /^(?:note|describe|details|progress|reason|remedy|summary|title|label|placeholder|aria-label)$/
/** Calls that define an error or a denial with an object of texts. */
const definitions = /^(?:defineError|denyLogin|denyUser)$/
/** Faults of the code, patterns, queries, and what only a browser reads. */
const hiddenNames = /^(?:(?:[A-Z]\w*)?Error|RegExp|Set|examples|sql|\w*[cC]lassName|\w+Script|d|rel|sandbox|style)$/
const hiddenTypes = /^(?:Import|TS(?!As|NonNull|Satisfies))/
/** Three words or more, but no SQL. */
const prose = /^\s*(?!(?:alter|create|delete|drop|grant|insert|lock|select|set|update|with)\s)\S+\s+\S+\s+\S+/

const anyWord = /\p{L}{2}/u

/** Every text of the packages and applications, in the order of their source files. */
export function sourceTexts(): SourceText[] {
  const files = filesBelow(workspace, ['.ts', '.tsx'])
    .map((path) => ({ path: shortName(workspace, path), source: readFileSync(path, 'utf8') }))
    .filter(({ path }) =>
      /^(?:packages|apps)\/(?!demo\/|testing\/)\w[^/]*\/src\/(?!.*(?:\.test\.|testing\/))/.test(path),
    )
  const codes = new Map(files.flatMap(({ path, source }) => errorCodes(path, source)))
  return files.flatMap(({ path, source }) => textsIn(path, source, codes))
}

/** The codes of the errors that a file defines, by the name of the class, with and without the name of the package. */
function errorCodes(path: string, source: string): [string, string][] {
  const definitions = source.matchAll(/(?:const|class) (\w+) (?:=|extends) \w+(?:<[^(]*>)?\(\s*'(RGW_\w+)'/g)
  return [...definitions].flatMap(([, name = '', code = '']) => [
    [name, code],
    [`${unitOf(path)} ${name}`, code],
  ])
}

function unitOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

interface Group {
  readonly label: string
  readonly start: number
  readonly isElement: boolean
  readonly parts: string[]
}

/** The texts of one file. The texts of a call, a property, or an element are one. So are those of a definition. */
export function textsIn(file: string, source: string, codes: ReadonlyMap<string, string>): SourceText[] {
  const groups: Group[] = []
  visit(parseSync(file, source).program, null)
  return groups.flatMap(({ label, start, isElement, parts }) => {
    const text = parts.map(oneLine).join(' ')
    const isListed = (isElement ? [text] : parts).some((part) => (shownNames.test(label) ? anyWord : prose).test(part))
    return isListed ? [{ file, line: source.slice(0, start).split('\n').length, label, text }] : []
  })

  function visit(node: unknown, outer: Group | null): void {
    if (Array.isArray(node)) for (const child of node) visit(child, outer)
    if (!isNode(node) || hiddenTypes.test(node.type)) return
    const label = labelOf(node)
    if (hiddenNames.test(label)) return
    const group = groupOf(node, label, outer)
    const text = textOf(node)
    if (text !== null) (group ?? newGroup(node, '')).parts.push(text)
    for (const [name, child] of Object.entries(node)) if (name !== 'key' && name !== 'quasis') visit(child, group)
  }

  function groupOf(node: Node, label: string, outer: Group | null): Group | null {
    if (node.type.includes('Function')) return null
    if (node.type === 'Property' && definitions.test(outer?.label ?? '')) return outer
    if (/^(?:Property|JSXAttribute)$/.test(node.type) || isTextConstant(node)) return newGroup(node, label)
    if (node.type === 'JSXElement') return outer?.isElement ? outer : isTextual(node) ? newGroup(node, label) : null
    if (!/^(?:Call|New|TaggedTemplate)Expression$/.test(node.type)) return outer
    return outer === null || label.startsWith('RGW_') ? newGroup(node, label) : outer
  }

  function newGroup({ type, start }: Node, label: string): Group {
    const group = { label, start, isElement: type === 'JSXElement', parts: [] }
    groups.push(group)
    return group
  }

  function labelOf({ callee, tag, key, id, name, openingElement }: Node): string {
    const named = [callee, tag, key, id, name, openingElement].find(isNode)
    if (named === undefined) return ''
    const [label = ''] = /[\w$-]+$/.exec(source.slice(named.start, named.end).replace(/^<([\w.]+)[\s\S]*/, '$1')) ?? []
    return codes.get(`${unitOf(file)} ${label}`) ?? codes.get(label) ?? label
  }
}

/** Without the tags of a page. */
function oneLine(text: string): string {
  return text
    .replaceAll(/<\/?\w[^>]*>|[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
}

function textOf({ type, value, quasis }: Node): string | null {
  if (type === 'TemplateLiteral' && Array.isArray(quasis)) return quasis.map((part) => part.value.cooked).join('…')
  return (type === 'Literal' || type === 'JSXText') && typeof value === 'string' ? value : null
}

/** The value of another constant has a label of its own. */
function isTextConstant({ type, init }: Node): boolean {
  return type === 'VariableDeclarator' && isNode(init) && /^(?:\w*Literal|Conditional\w*)$/.test(init.type)
}

function isTextual({ children }: Node): boolean {
  return Array.isArray(children) && children.some((child) => /\S/.test(textOf(child) ?? ''))
}

type Node = { readonly type: string; readonly start: number; readonly end: number } & Readonly<Record<string, unknown>>

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
