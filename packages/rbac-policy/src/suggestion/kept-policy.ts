import { stringify } from 'yaml'
import { parseYaml } from '../document-schema/parse-yaml.ts'
import { WrittenPolicy, type WrittenRole, type WrittenRule } from '../document-schema/schema.ts'
import type { PolicyDocument, PolicyRule } from '../policy-document/policy-document.ts'

/** The parts of the document in force that the suggestion keeps as they are written. */
export interface KeptPolicy {
  readonly roles: readonly (readonly [name: string, role: WrittenRole])[]
  readonly rules: readonly (readonly [id: string, rule: WrittenRule])[]
  /** IDs of rules that allow any command to others than administrators. They are not kept. */
  readonly open: readonly string[]
  /** YAML of all sections but `roles` and `commands`; empty for the built-in policy. */
  readonly sections: string
  readonly hasStepUp: boolean
}

/** @param text the YAML of the document in force; null for the built-in policy */
export function keptPolicy(current: PolicyDocument, text: string | null): KeptPolicy {
  const parsed = text === null ? null : parseYaml(text, WrittenPolicy, 'the document')
  if (parsed === null || parsed.value === null)
    return { roles: [], rules: [], open: [], sections: '', hasStepUp: false }
  const { version: _, roles = {}, commands, ...sections } = parsed.value
  const rules = Object.entries(commands?.rules ?? {})
  const byId = new Map(current.commands.map((rule) => [rule.id, rule]))
  const isOpen = ([id]: readonly [string, WrittenRule]) => allowsAnyCommand(byId.get(id))
  return {
    roles: Object.entries(roles),
    rules: rules.filter((rule) => !isOpen(rule)),
    open: rules.filter((rule) => isOpen(rule) && rule[1].roles.some((role) => role !== 'admin')).map(([id]) => id),
    sections: Object.keys(sections).length === 0 ? '' : written(sections),
    hasStepUp: sections.stepUp !== undefined,
  }
}

const shells = /^(?:\/bin\/|\/usr\/bin\/)?(?:ba|da|z|a)?sh$/

/** Whether the words name no program, or name a shell and any words after it. */
function allowsAnyCommand(rule: PolicyRule | undefined): boolean {
  const [first, ...rest] = rule?.argv ?? []
  const isList = (word: typeof first): word is string | readonly string[] =>
    typeof word === 'string' || Array.isArray(word)
  if (first === undefined) return false
  if (!isList(first)) return true
  return [first].flat().some((word) => shells.test(word)) && rest.some((word) => !isList(word))
}

/** Without aliases, so that each part stands alone. */
export function written(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd()
}

export function indented(text: string, by: number): string[] {
  return text.split('\n').map((line) => (line === '' ? line : `${' '.repeat(by)}${line}`))
}
