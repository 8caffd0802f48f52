import type { Permission, RackCall } from '../model/types.ts'
import { requiredPermissions } from '../permissions/required-permissions.ts'
import { createCallers, type RecordedCall, toReplayedCall } from '../simulation/recorded-call.ts'
import { createOwnRuns } from './own-runs.ts'
import { isResourceName } from './safe-text.ts'
import { type Callers, keyOf, subjectsOf } from './subject.ts'

/** Equal calls of one caller. */
export interface Use extends Callers {
  readonly rack: string
  /** Null for calls on no single app. */
  readonly app: string | null
  readonly scope: 'app' | 'rack' | 'list'
  readonly required: readonly Permission[]
  /** Null for a call without a command, and for the start of an attached run, whose command follows in an exec. */
  readonly command: UsedCommand | null
  /** One of the calls, with the facts that events lack. */
  readonly sample: { readonly recorded: RecordedCall; readonly call: RackCall }
  count: number
  /** RFC 3339. */
  last: string
}

export interface UsedCommand {
  readonly argv: readonly string[]
  readonly service: string
  /** `run`: in the caller's own process. */
  readonly by: 'run' | 'exec'
  readonly environment: readonly string[]
}

/** Why recorded calls are no basis for a suggestion. */
export type LeftOutCause =
  | 'denied'
  | 'grant'
  | 'unclear'
  | 'not-found'
  | 'unknown-app'
  | 'unnamed-caller'
  | 'redacted-command'
  | 'too-many'

export interface RecordedUses {
  readonly calls: number
  readonly first: string | null
  readonly last: string | null
  readonly uses: readonly Use[]
  readonly leftOut: ReadonlyMap<LeftOutCause, number>
  /** Calls whose commands contained a secret, by their holder. */
  readonly redacted: readonly RedactedCommand[]
  /** Reads that revealed values of secret keys. */
  readonly secretReads: number
}

export interface RedactedCommand extends Callers {
  readonly argv: readonly string[]
  readonly rack: string
  readonly app: string
  count: number
}

export interface UseCollector {
  /** @param recorded null for an event that lacks information */
  add(recorded: RecordedCall | null): void
  result(): RecordedUses
}

/** Different calls of one account, with all its tokens. More calls of this account are only counted. */
const maxUsesPerAccount = 2_000
/** Characters of these calls. A call with more than `maxCallLength` is only counted. */
const maxCharactersPerAccount = 2_000_000
const maxCallLength = 4_000
/** Calls about processes, of which the times and process IDs are kept. */
const maxPendingPerAccount = 20_000
const maxAccounts = 2_000

const limits = { uses: maxUsesPerAccount, characters: maxCharactersPerAccount, pending: maxPendingPerAccount } as const
/** Characters. Names of processes are shorter. */
const maxProcessId = 100

interface Sample {
  readonly subjects: Callers
  readonly recorded: RecordedCall
  readonly call: RackCall
}

interface PendingCall {
  readonly sample: Sample
  readonly at: string
  /** The ID of the process. */
  readonly process: string | null
}

/** Only the members that a decision depends on, because an event can have many kilobytes. */
function compact(recorded: RecordedCall): RecordedCall {
  const { at, principal, rack, app, route, path, decision, command, environment } = recorded
  const { kind, id, name, owner, trust, groups, roles } = principal
  return {
    at,
    principal: {
      kind,
      id,
      name,
      ...(owner && { owner }),
      ...(trust && { trust }),
      ...(groups && { groups }),
      ...(roles && { roles }),
    },
    rack,
    route,
    path,
    decision: { effect: decision.effect, rule: decision.rule },
    ...(app !== undefined && { app }),
    ...(command && { command }),
    ...(environment && { environment }),
  }
}

/** @param isSecretKey says which environment keys are secret */
export function collectUses(isSecretKey: (key: string) => boolean): UseCollector {
  const callers = createCallers()
  const uses = new Map<string, Use>()
  const samples = new Map<string, Sample>()
  const pending: PendingCall[] = []
  const apps = new Set<string>()
  const perAccount = {
    uses: new Map<string, number>(),
    characters: new Map<string, number>(),
    pending: new Map<string, number>(),
  }
  const ownRuns = createOwnRuns()
  const leftOut = new Map<LeftOutCause, number>()
  const redacted = new Map<string, RedactedCommand>()
  let calls = 0
  let secretReads = 0
  let first: string | null = null
  let last: string | null = null

  function leave(cause: LeftOutCause, count = 1): void {
    leftOut.set(cause, (leftOut.get(cause) ?? 0) + count)
  }

  /** Counts against the limit of the account. */
  function hasRoom(account: string, list: keyof typeof perAccount, size = 1): boolean {
    const counts = perAccount[list]
    const known = counts.get(account)
    if (known === undefined && counts.size >= maxAccounts) return false
    if ((known ?? 0) + size > limits[list]) return false
    counts.set(account, (known ?? 0) + size)
    return true
  }

  function hasRoomFor(account: string, key: string, { path }: RecordedCall): boolean {
    const size = key.length + path.length
    return size <= maxCallLength && hasRoom(account, 'characters', size) && hasRoom(account, 'uses')
  }

  function add(recorded: RecordedCall | null): void {
    calls += 1
    if (recorded === null) {
      leave('unclear')
      return
    }
    first = first === null || recorded.at < first ? recorded.at : first
    last = last === null || recorded.at > last ? recorded.at : last
    // An attempt that was denied is no use, also one that the CLI stopped. Otherwise, callers could ask for access by trying.
    if (recorded.decision.effect !== 'allow') {
      leave('denied')
      return
    }
    // A grant ends by itself. A suggested binding would make permanent what was allowed for hours.
    if (recorded.decision.grant !== undefined) {
      leave('grant')
      return
    }
    const { rack, app, status } = recorded
    const replayed = toReplayedCall(recorded, callers)
    if (replayed === null || !isResourceName(rack)) {
      leave('unclear')
      return
    }
    const { call } = replayed
    if (call.app !== null && !isResourceName(call.app)) {
      leave('unknown-app')
      return
    }
    if (status === 404) {
      leave('not-found')
      return
    }
    if (app !== undefined && status !== undefined && status < 400) apps.add(`${rack} ${app}`)
    const subjects = subjectsOf(recorded)
    if (subjects === null) {
      leave('unnamed-caller')
      return
    }
    if (recorded.hidden?.includes('command')) {
      addRedacted(recorded, subjects)
      return
    }
    if (call.service !== null && !isResourceName(call.service)) {
      leave('unclear')
      return
    }
    if (isAboutProcess(call)) addPending({ subjects, recorded, call })
    else addUse(subjects, recorded, call, 1)
  }

  function addRedacted(recorded: RecordedCall, subjects: Callers): void {
    leave('redacted-command')
    const { rack, app = '', command: argv = [] } = recorded
    if (!isResourceName(app)) return
    const key = JSON.stringify([keyOf(subjects.caller), rack, app, argv])
    const found = redacted.get(key)
    if (found !== undefined) found.count += 1
    else if (hasRoomFor(subjects.caller.account, key, recorded))
      redacted.set(key, { ...subjects, argv, rack, app, count: 1 })
  }

  /** Equal calls share one sample, so a run costs only its time and the ID of its process. */
  function addPending(sample: Sample): void {
    const { subjects, recorded, call } = sample
    const { account } = subjects.caller
    const { process, route, at } = call
    const { id, roles } = recorded.principal
    const words = recorded.command
    const shape = [process?.service, process?.known, process?.own, call.release === null, recorded.environment]
    const key = JSON.stringify([id, roles, recorded.rack, call.app, route.id, words, call.service, shape])
    const hasSample = samples.has(key)
    if (
      (process?.id.length ?? 0) > maxProcessId ||
      !hasRoom(account, 'pending') ||
      !(hasSample || hasRoomFor(account, key, recorded))
    ) {
      leave('too-many')
      return
    }
    const known = samples.get(key) ?? { ...sample, recorded: compact(recorded) }
    samples.set(key, known)
    pending.push({ sample: known, at: recorded.at, process: process?.id ?? null })
    const group = groupOf(sample)
    if (route.permission === 'process:run') ownRuns.addStart(group, at)
    else if (process !== null && process.id !== process.service) ownRuns.addUse(group, at, process.id)
  }

  function addUse(subjects: Callers, recorded: RecordedCall, call: RackCall, room: 0 | 1): void {
    const { rack } = call
    const revealed = call.route.permission.startsWith('release:') ? revealedKeys(recorded, call) : []
    if (revealed.some(isSecretKey)) secretReads += 1
    const reads = revealed.some((key) => !isSecretKey(key)) ? ['env:read'] : []
    const required = [...new Set([...requiredPermissions(call), ...runAny(call), ...reads])].sort()
    const command = commandOf(call)
    const app = call.resource === null ? call.app : call.resource.app
    const scope = call.resource === null ? call.route.scope : 'app'
    const { service, process } = call
    const { id, roles } = recorded.principal
    const key = JSON.stringify([id, roles, rack, app, call.route.id, required, command, service, process?.service])
    const found = uses.get(key)
    if (found !== undefined) {
      found.count += 1
      if (recorded.at > found.last) found.last = recorded.at
      return
    }
    if (room === 1 && !hasRoomFor(subjects.caller.account, key, recorded)) {
      leave('too-many')
      return
    }
    const sample = { recorded: compact(recorded), call }
    uses.set(key, { ...subjects, rack, app, scope, required, command, sample, count: 1, last: recorded.at })
  }

  function addWithFacts({ sample: { subjects, recorded, call }, at, process: id }: PendingCall): void {
    const own = id !== null && ownRuns.isOwn(groupOf({ subjects, call }), id)
    const process = call.process && id !== null ? { ...call.process, id, own: call.process.own || own } : call.process
    // The sample was counted against the limits.
    addUse(subjects, { ...recorded, at }, { ...call, at: Date.parse(at), process }, 0)
  }

  return {
    add,
    result() {
      for (const one of pending.splice(0)) addWithFacts(one)
      const known: Use[] = []
      for (const use of uses.values()) {
        if (use.app !== null && !apps.has(`${use.rack} ${use.app}`)) leave('unknown-app', use.count)
        else known.push(use)
      }
      return { calls, first, last, uses: known, leftOut, redacted: [...redacted.values()], secretReads }
    },
  }
}

/** Calls that are understood only together with other calls: a run, and the exec in it, or its end. */
function isAboutProcess({ route: { permission } }: RackCall): boolean {
  return permission === 'process:run' || permission === 'process:exec' || permission === 'process:stop'
}

function groupOf({ subjects, call }: { readonly subjects: Callers; readonly call: RackCall }): string {
  const service = call.service ?? call.process?.service
  return JSON.stringify([keyOf(subjects.caller), call.rack, call.app, service])
}

/** A run that names a release can name an older one. Events do not say which. */
function runAny({ release }: RackCall): readonly Permission[] {
  return release === null ? [] : ['release:run-any']
}

/** Of a new release, the event has the keys that it changes. */
function revealedKeys({ environment = [] }: RecordedCall, { route }: RackCall): readonly string[] {
  return route.permission === 'release:create' ? [] : environment
}

function commandOf({ command, service, process }: RackCall): UsedCommand | null {
  if (command === null || command.argv === null || command.mode === 'attached') return null
  const environment = [...(command.options?.environment ?? [])].sort()
  const by = command.mode === 'exec' && !process?.own ? 'exec' : 'run'
  return { argv: command.argv, service: service ?? process?.service ?? '', by, environment }
}
