import { compilePatterns, inMessage, type Problem } from '@rack-gateway/command-matcher'
import type { RackCall } from '../model/types.ts'

/** `exec` includes attached runs, `console` is for a resource, and `shell` is for an instance. */
export const recordedSessions = ['exec', 'console', 'shell'] as const
export type RecordedSessionKind = (typeof recordedSessions)[number]

/** Which sessions are recorded, and how. The first matching rule decides. A session without a rule is not recorded. */
export interface RecordingRule {
  readonly id: string
  /**
   * `strict`: a session that can't be recorded is not opened, or is ended. `best-effort`: the session continues, and
   * the recording marks the missing part.
   */
  readonly mode: 'strict' | 'best-effort' | 'off'
  /** Whether input is recorded too. Input can include typed passwords that the terminal does not show. */
  readonly input: boolean
  readonly sessions?: readonly RecordedSessionKind[]
  /** Patterns of rack names, in which `*` stands for any characters. */
  readonly racks?: readonly string[]
  readonly apps?: readonly string[]
  /** Patterns of whole commands, with one space between words. `*` stands for any text. */
  readonly commands?: readonly string[]
  /** The line of the rule, such as `policy.yaml:12`. */
  readonly source?: string
}

/** The properties of a session that rules depend on. */
export interface SessionSubject {
  readonly session: RecordedSessionKind
  readonly rack: string
  readonly app: string | null
  /** The command with one space between words; null for a session without a command. */
  readonly command: string | null
}

/** The session that a call opens; null for any other call. */
export function sessionOf(call: SessionCall): SessionSubject | null {
  const { route, rack, app } = call
  const session = recordedSessions.find((kind) => route.path.endsWith(`/${kind}`))
  return session === undefined ? null : { session, rack, app, command: commandWords(call)?.join(' ') ?? null }
}

type SessionCall = Pick<RackCall, 'route' | 'rack' | 'app' | 'command' | 'instanceCommand'>

/** The command of a call, split into words if possible; null for a call without a command. */
export function commandWords({
  command,
  instanceCommand,
}: Pick<RackCall, 'command' | 'instanceCommand'>): readonly string[] | null {
  if (command !== null) return command.argv ?? [command.text]
  return instanceCommand === undefined ? null : [instanceCommand]
}

export function recordingProblems(rules: readonly RecordingRule[]): Problem[] {
  return rules.flatMap(({ id, racks = [], apps = [], commands = [] }) => {
    const at = ['recordings', 'rules', id]
    const empty = [...racks, ...apps, ...commands].includes('')
    return empty
      ? [{ at, text: `the recording rule "${inMessage(id)}" has an empty pattern, which matches nothing` }]
      : []
  })
}

export function compileRecordings(rules: readonly RecordingRule[]): (subject: SessionSubject) => RecordingRule | null {
  const compiled = rules.map((rule) => ({
    rule,
    matchesRack: compilePatterns(rule.racks),
    matchesApp: compilePatterns(rule.apps),
    matchesCommand: compilePatterns(rule.commands),
  }))
  return function ruleFor({ session, rack, app, command }) {
    const found = compiled.find(
      ({ rule, matchesRack, matchesApp, matchesCommand }) =>
        (rule.sessions === undefined || rule.sessions.includes(session)) &&
        matchesRack(rack) &&
        (rule.apps === undefined || (app !== null && matchesApp(app))) &&
        (rule.commands === undefined || (command !== null && matchesCommand(command))),
    )
    return found?.rule ?? null
  }
}
