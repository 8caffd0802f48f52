import { nearest } from '@rack-gateway/errors/nearest'
import { type FilterName, filterNames, filterOfSynonym, isFilterName } from './filter-names.ts'
import { viewNames } from './view-names.ts'

/** One condition, such as `-rack:prod`. */
export interface Term {
  readonly name: FilterName
  readonly value: string
  readonly isExcluded: boolean
}

export type Filter = readonly Term[]

/** The text is not a valid filter. The message says why, and suggests a correction. */
export class FilterMistake extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FilterMistake'
  }
}

/** Maximum number of excluded values of one filter. The management API has the same limit. */
const maxExcluded = 10

/**
 * An optional minus, an optional name, and a value: quoted, or up to the next space. Without the name of a filter, both
 * parts are text to search for.
 */
const term = /\s*(-?)(?:([\p{L}\p{N}_.]+):)?(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*)?)(?=\s|$)/suy

/** Parses text such as `actor:ada@example.com -result:allow rake`. @throws FilterMistake */
export function parseFilter(text: string): Filter {
  const terms: Term[] = []
  const words: string[] = []
  const source = text.trimEnd()
  for (term.lastIndex = 0; term.lastIndex < source.length; ) {
    const start = term.lastIndex
    const [whole = '', minus = '', name, quoted, bare] = term.exec(source) ?? []
    const value = quoted?.replace(/\\(.)/gsu, '$1') ?? bare ?? ''
    // Without its closing quotation mark, a term such as `text:"a` matches as a word.
    if (whole.trim() === '' || (name === undefined && /^[\p{L}\p{N}_.]+:/u.test(bare ?? '')))
      throw new FilterMistake(
        `A closing quotation mark is missing, or a space after one: ${source.slice(start).trim()}`,
      )
    const isExcluded = minus !== ''
    if (name === undefined) words.push(searchWord(value, isExcluded))
    else if (isFilterName(name)) terms.push(readTerm({ name, value, isExcluded }))
    else {
      assertNoNearName(name, value)
      words.push(searchWord(`${name}:${value}`, isExcluded))
    }
  }
  const all: Filter =
    words.length === 0 ? terms : [...terms, { name: 'text', value: words.join(' '), isExcluded: false }]
  assertCompatible(all)
  return all
}

function searchWord(value: string, isExcluded: boolean): string {
  if (value === '') throw new FilterMistake('A word is missing after the minus.')
  if (isExcluded)
    throw new FilterMistake('A word cannot be excluded. Exclude a value of a filter instead, such as -kind: or -rule:.')
  return value
}

function readTerm({ name, value, isExcluded }: Term): Term {
  if (value === '') throw new FilterMistake(`${name}: needs a value: ${filterNames[name].hint}.`)
  if (isExcluded && !filterNames[name].canExclude)
    throw new FilterMistake(`${name} cannot be excluded. Remove the minus before ${name}.`)
  if (name === 'view' && !viewNames.some((view) => view === value))
    throw new FilterMistake(`view is ${filterNames.view.hint}.`)
  if (name === 'result' && !/^(?:allow|deny|require)$/.test(value)) {
    const near = nearest(value, ['allow', 'deny', 'require', 'allowed', 'denied'])
    throw new FilterMistake(
      `result is allow, deny, or require.${near === null ? '' : ` Did you mean result:${results[near] ?? near}?`}`,
    )
  }
  if (name === 'status' && !/^[1-5](?:\d\d|xx)$/.test(value))
    throw new FilterMistake('status is an HTTP status such as 403, or a class of them such as 5xx.')
  return { name, value, isExcluded }
}

const results: Readonly<Record<string, string>> = { allowed: 'allow', denied: 'deny' }

/** A word such as `db:migrate` searches for itself, unless its first part is nearly the name of a filter. */
function assertNoNearName(word: string, value: string): void {
  const lower = word.toLowerCase()
  const likely = isFilterName(lower) ? lower : (filterOfSynonym(lower) ?? nearest(lower, Object.keys(filterNames)))
  if (likely === null) return
  throw new FilterMistake(
    `There is no filter ${word}. Did you mean ${likely}:${value}? To search for the text itself, put it in quotation marks: "${word}:${value}".`,
  )
}

/** An event has one value of each field, so two values of a filter would match nothing. */
function assertCompatible(terms: Filter): void {
  for (const name of new Set(terms.map((one) => one.name))) {
    const sameName = terms.filter((one) => one.name === name)
    const excluded = sameName.filter(({ isExcluded }) => isExcluded)
    if (sameName.length - excluded.length > 1) throw new FilterMistake(`Use ${name} once: an event has one ${name}.`)
    if (excluded.length > maxExcluded) throw new FilterMistake(`Exclude at most ${maxExcluded} values of ${name}.`)
  }
  if (
    terms.some(({ name }) => name === 'session') &&
    !terms.some(({ name, isExcluded }) => name === 'actor' && !isExcluded)
  )
    throw new FilterMistake('session: works only together with actor:. Add the actor of the session.')
}

/** `parseFilter` reads the returned text as the same filter. */
export function printFilter(filter: Filter): string {
  return filter.map(({ name, value, isExcluded }) => `${isExcluded ? '-' : ''}${name}:${printValue(value)}`).join(' ')
}

function printValue(value: string): string {
  return value === '' || /^"|\s/u.test(value) ? `"${value.replace(/["\\]/gu, '\\$&')}"` : value
}
