import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { type FileProblems, parseYaml } from '../document-schema/parse-yaml.ts'
import { readStepUp } from '../document-schema/step-up.ts'
import type { StepUpLevel } from '../model/types.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { callerProblems, principalOf, readMoment, rolesOf } from './case-caller.ts'
import { plannedFor } from './case-calls.ts'
import { type WrittenCase, WrittenCases } from './case-schema.ts'
import type { NamedValues, PolicyCase } from './policy-case.ts'

export type CasesResult =
  | { readonly cases: readonly PolicyCase[]; readonly problems: readonly [] }
  | { readonly cases: null; readonly problems: FileProblems }

export interface CasesFile {
  /** The path of the policy document, relative to the file of cases; null if the file names no document. */
  readonly policy: string | null
  /** Checks the cases against the roles of a document. */
  checkAgainst(document: PolicyDocument): CasesResult
}

/** The scope of a case that names no rack or app. */
const defaultScope = { rack: 'a-rack', app: 'an-app' }

/**
 * Reads a file of cases.
 *
 * @param text YAML 1.2
 * @returns the file, or its problems with line and column (from 1): all syntax errors or, without any,
 *   all schema errors
 */
export function readCases(text: string): CasesFile | { readonly problems: FileProblems } {
  const parsed = parseYaml(text, WrittenCases, 'the file')
  if (parsed.value === null) return { problems: parsed.problems }
  const { value, positionOf, withPositions } = parsed
  const { policy = null, groups = {}, cases } = value

  return {
    policy,
    checkAgainst({ roles }) {
      const known = new Set(roles.map(({ name }) => name))
      const problems: Problem[] = []
      const read = Object.entries(cases).flatMap(([name, one]) => {
        const found = caseOf(name, one, groups)
        const here = ['cases', name]
        problems.push(
          ...found.problems.map((problem) => ({ ...problem, at: [...here, ...problem.at] })),
          ...unknownRoles(one, groups, known).map((text) => ({ at: [...here, 'who'], text })),
        )
        return found.case === null ? [] : [{ ...found.case, ...positionOf(here) }]
      })
      if (read.length === 0 && problems.length === 0) problems.push({ at: ['cases'], text: 'it has no cases' })
      return problems.length > 0 ? { cases: null, problems: withPositions(problems) } : { cases: read, problems: [] }
    },
  }
}

type Groups = NonNullable<WrittenCases['groups']>
type CaseWithoutPosition = Omit<PolicyCase, 'line' | 'column'>

function caseOf(
  name: string,
  written: WrittenCase,
  groups: Groups,
): { readonly case: CaseWithoutPosition | null; readonly problems: readonly Problem[] } {
  const { who, where = {}, expect } = written
  const {
    rack = defaultScope.rack,
    app = defaultScope.app,
    service,
    ownRun,
    newestRelease,
    changed,
    parameters,
  } = where
  const moment = readMoment(who)
  const planned = plannedFor(written, app)
  const level = readLevel(expect)
  const unknownGroups = (who.groups ?? []).filter((group) => !Object.hasOwn(groups, group))
  const problems = [
    ...moment.problems,
    ...planned.problems,
    ...unknownGroups.map((group) => ({
      at: ['who', 'groups'],
      text: `the group "${inMessage(group)}" has no bindings under groups at the top`,
    })),
    ...callerProblems(who),
    ...level.problems,
  ]
  if (problems.length > 0) return { case: null, problems }
  const { effect, rule, reason = null, recording = null } = expect
  return {
    problems,
    case: {
      name,
      principal: principalOf(who, groups, moment.at),
      rack,
      address: moment.address,
      at: moment.at,
      asks: planned.asks,
      calls: planned.calls,
      facts: {
        ...(service !== undefined && { service }),
        ...(ownRun !== undefined && { ownRun }),
        ...(newestRelease !== undefined && { newestRelease }),
        ...(changed !== undefined && { changed }),
        ...(parameters !== undefined && { rackParameters: parameters }),
      },
      expected: {
        effect,
        rule,
        reason,
        level: level.level,
        recording,
        hidden: valuesOf(expect.hidden),
        shown: valuesOf(expect.shown),
      },
    },
  }
}

function readLevel({ effect, level }: WrittenCase['expect']): {
  readonly level: StepUpLevel | null
  readonly problems: readonly Problem[]
} {
  if (level === undefined) return { level: null, problems: [] }
  const at = ['expect', 'level']
  const problems: Problem[] = []
  const read = readStepUp(level, at, { lineOf: () => '', problems })
  if (effect !== 'require')
    problems.push({ at, text: 'only a call that requires a step-up has a level: expect require' })
  else if (problems.length === 0 && (read.level === null || read.except.length > 0))
    problems.push({ at, text: 'expect.level should be always, {recent: 10m}, or {always: any}' })
  return { level: read.level, problems }
}

function valuesOf({ environment = [], parameters = [] }: WrittenCase['expect']['hidden'] = {}): NamedValues {
  return { environment, parameters }
}

/** An unknown role grants nothing, so every expected denial would seem right. */
function unknownRoles({ who }: WrittenCase, groups: Groups, known: ReadonlySet<string>): string[] {
  const named = [...rolesOf(who, groups), ...(who.owner ?? [])]
  return [...new Set(named)]
    .filter((role) => !known.has(role))
    .map((role) => `the role "${inMessage(role)}" does not exist in the document`)
}
