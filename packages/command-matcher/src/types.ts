/** How a command reaches the rack. `attached` is the POST that only ever says `sleep N`; its command comes with the `exec` that follows. */
export type CommandMode = 'attached' | 'detached' | 'exec'

/** A word of an argv pattern: a literal, one of several literals, or (only as the last one) anything that follows. */
export type ArgvWord = string | readonly string[] | { readonly rest: true }

/** Who may run what, where. The first rule that matches decides; none: refused. */
export interface CommandRule {
  readonly id: string
  readonly argv: readonly ArgvWord[]
  /** Service names; `*` for any service that accepts commands. */
  readonly services: readonly string[]
  readonly roles: readonly string[]
  /** Patterns, `*` within a name. All by default. */
  readonly apps?: readonly string[]
  readonly racks?: readonly string[]
  readonly modes?: readonly CommandMode[]
}

export type SplitCommand = { readonly argv: readonly string[] } | { readonly error: string }

/** What is to be judged. `roles` are those that hold on this rack and app. */
export interface CommandCall {
  readonly argv: readonly string[]
  readonly service: string
  readonly app: string
  readonly rack: string
  readonly mode: CommandMode
  readonly roles: readonly string[]
}

export type CommandVerdict =
  | { readonly effect: 'allow'; readonly rule: string }
  | { readonly effect: 'deny'; readonly rule: string; readonly reason: string }
