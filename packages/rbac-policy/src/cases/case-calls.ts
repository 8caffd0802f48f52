import { inMessage, type Problem, splitCommand } from '@rack-gateway/command-matcher'
import { isUnpredictable, type PlannedCall, planCommand, planRoute } from '@rack-gateway/convox-api/commands'
import type { WrittenCase } from './case-schema.ts'

export interface CaseCalls {
  /** The command, quoted for a shell, or the ID of the route. */
  readonly asks: string
  readonly calls: readonly PlannedCall[]
  readonly problems: readonly Problem[]
}

/** The calls of a case. @param app the app, unless the command or `params` name another app */
export function plannedFor({ convox, call }: WrittenCase, app: string): CaseCalls {
  if (convox !== undefined && call === undefined) return byCommand(convox, app)
  if (convox === undefined && call !== undefined) return byRoute(call, app)
  return withoutCalls({ at: [], text: 'it should have either convox or call' })
}

function byCommand(convox: string, app: string): CaseCalls {
  const at = ['convox']
  const split = splitCommand(convox)
  if ('error' in split) return withoutCalls({ at, text: `it could not be split into words: ${split.error}` })
  const words = split.argv[0] === 'convox' ? split.argv.slice(1) : split.argv
  const plan = planCommand(words, { appSetting: app, directory: app, rack: 'chosen', input: 'terminal' })
  if (plan.kind === 'unknown')
    return withoutCalls({ at, text: `its calls cannot be determined: ${inMessage(plan.reason)}` })
  const calls = plan.kind === 'calls' ? plan.calls.filter(({ essential }) => essential) : []
  if (calls.length === 0) return withoutCalls({ at, text: 'the command sends no call that must succeed' })
  return { asks: `convox ${words.map(quoteForShell).join(' ')}`, calls, problems: [] }
}

function byRoute(call: NonNullable<WrittenCase['call']>, app: string): CaseCalls {
  const { route, params = {}, query = [], form = [], headers = [], command = null, release = null } = call
  const pathParams = route.includes('/apps/{app}') ? { app, ...params } : params
  const planned = planRoute({ route, params: pathParams, query, form, headers, command, release })
  if (isUnpredictable(planned)) return withoutCalls({ at: ['call'], text: inMessage(planned.unpredictable) })
  return { asks: route, calls: [planned], problems: [] }
}

function withoutCalls(problem: Problem): CaseCalls {
  return { asks: '', calls: [], problems: [problem] }
}

function quoteForShell(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
