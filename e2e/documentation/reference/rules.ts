import { readFileSync } from 'node:fs'
import { filesBelow, shortName } from '../../support/documents.ts'
import { workspace } from './modules.ts'

/** Every rule of the gateway and its packages, with the statuses of those whose code names one. */
export function allRules(): ReadonlyMap<string, ReadonlySet<string>> {
  const sources = filesBelow(workspace, ['.ts'])
    .filter((path) => /^(?:packages|apps\/gateway)\/(?!testing\/).*src\//.test(shortName(workspace, path)))
    .filter((path) => !/\.test\.ts$|\/testing\//.test(path))
    .map((path) => readFileSync(path, 'utf8'))
  const statuses = new Map(sources.flatMap(errorStatuses))
  const rules = new Map<string, Set<string>>()
  for (const source of sources) {
    for (const rule of rulesIn(source)) rules.set(rule, rules.get(rule) ?? new Set())
    for (const [rule, status] of ruleStatuses(source, statuses)) rules.get(rule)?.add(status)
  }
  return rules
}

/** The statuses of the error classes that a source file defines. */
function errorStatuses(source: string): [name: string, status: string][] {
  const definitions = source.matchAll(/(?:const|class) (\w+) (?:=|extends) \w+(?:<[^(]*>)?\(\s*'RGW_\w+',\s*(\d{3})/g)
  return [...definitions].map(([, name = '', status = '']) => [name, status])
}

/** Rules that the text of a source file names together with a status, or with an error that has one. */
export function ruleStatuses(source: string, statuses: ReadonlyMap<string, string>): [rule: string, status: string][] {
  const denials = [...source.matchAll(/\b(?:denyLogin|parseError)\(\s*(\d+),\s*'([a-z:-]+)'/g)]
  const codes = [...source.matchAll(/\bdenyApiCall\(\s*'([a-z:-]+)'/g)].map(([, rule = '']): [string, string] => [
    rule,
    '403',
  ])
  const errors = callsOf(source, 'withRule').flatMap((call): [string, string][] => {
    const [, name = '', rule = ''] = /^withRule\(\s*new (\w+)\([\s\S]*'([a-z-]+)',?\s*\)$/.exec(call) ?? []
    const status = statuses.get(name)
    return status === undefined ? [] : [[rule, status]]
  })
  const details = callsOf(source, 'new \\w+').flatMap((call): [string, string][] => {
    const [, name = '', rule = ''] = /^new (\w+)\([\s\S]*\{\s*rule: '([a-z-]+)'[^{}]*\},?\s*\)$/.exec(call) ?? []
    const status = statuses.get(name)
    return status === undefined ? [] : [[rule, status]]
  })
  return [
    ...denials.map(([, status = '', rule = '']): [string, string] => [rule, status]),
    ...codes,
    ...errors,
    ...details,
  ]
}

/** Every rule that the text of a source file names as a literal. */
export function rulesIn(source: string): string[] {
  const text = source.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const properties = [...text.matchAll(/\brule(?::| \?\?) '([^']+)'/g)]
  const denials = [...text.matchAll(/\b(?:deny\w*|parseError)\(\s*(?:\d+,\s*)?'([a-z:-]+)'/g)]
  const errors = callsOf(text, 'withRule').map((call) => /'([a-z-]+)',?\s*\)$/.exec(call))
  return [...properties, ...denials, ...errors].flatMap((found) => found?.[1] ?? [])
}

/** The calls of a function, each from its name to its closing parenthesis. */
function callsOf(text: string, name: string): string[] {
  return [...text.matchAll(new RegExp(`\\b${name}\\(`, 'g'))].map(({ index }) => {
    let depth = 0
    const length = [...text.slice(index)].findIndex((character) => {
      if (character === '(') depth += 1
      if (character === ')') depth -= 1
      return character === ')' && depth === 0
    })
    return text.slice(index, index + length + 1)
  })
}
